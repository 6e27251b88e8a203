// Builds the portal's front-end files into assets/vendor (git-ignored):
//   portolan.css   Tabler's rules that our templates use, then assets/own/portolan.css, minified
//   portolan.js    htmx, then assets/own/portolan.js
//   sign.js        signature_pad, then assets/own/sign.js (the signer's page only)
//   desk.js        the desk's keys (the desk's pages only)
//   LICENCES.txt   what is inside and under which licence
// Each file gets a .gz and a .br beside it, so that the server never compresses at run time.
import { readFileSync, writeFileSync, mkdirSync, rmSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync, constants } from "node:zlib";
import { PurgeCSS } from "purgecss";
import { transform } from "lightningcss";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const at = (...parts) => join(root, ...parts);
const read = (...parts) => readFileSync(at(...parts), "utf8");
const npm = (name, file) => read("node_modules", name, file);
const out = at("assets", "vendor");

// Tabler brings its dark theme as rules under [data-bs-theme=dark]. Ours is made of tokens that
// answer to color-scheme, so those rules are dropped together with what no template names.
async function css() {
  const tabler = npm("@tabler/core", "dist/css/tabler.css").replace(/\/\*# sourceMappingURL[^*]*\*\//, "");
  const [purged] = await new PurgeCSS().purge({
    css: [{ raw: tabler, name: "tabler" }],
    content: [at("templates", "portal", "**", "*.html"), at("templates", "public", "**", "*.html"), at("assets", "own", "*.js")],
    defaultExtractor: (text) => text.match(/[A-Za-z0-9_:/-]+/g) ?? [],
    blocklist: [/data-bs-theme/, /^\.btn-(facebook|twitter|x|google)/],
    fontFace: true,
    keyframes: true,
    variables: true,
  });
  const own = read("assets", "own", "portolan.css");
  const { code } = transform({
    filename: "portolan.css",
    code: Buffer.from(purged.css.replace(/@charset[^;]*;/, "") + "\n" + own),
    minify: true,
    targets: { chrome: 123 << 16, firefox: 120 << 16, safari: (17 << 16) | (5 << 8) },
  });
  return code;
}

function put(name, bytes) {
  const body = Buffer.from(bytes);
  const gz = gzipSync(body, { level: 9 });
  const br = brotliCompressSync(body, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
  });
  writeFileSync(join(out, name), body);
  writeFileSync(join(out, `${name}.gz`), gz);
  writeFileSync(join(out, `${name}.br`), br);
  console.log(`${name.padEnd(14)} ${String(body.length).padStart(8)}  gzip ${String(gz.length).padStart(7)}  br ${String(br.length).padStart(7)}`);
}

const plain = (js) => js.replace(/\/\/# sourceMappingURL.*\s*$/, "");
const version = (name) => JSON.parse(npm(name, "package.json"));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
put("portolan.css", await css());
put("portolan.js", plain(npm("htmx.org", "dist/htmx.min.js")) + "\n" + read("assets", "own", "portolan.js"));
put("sign.js", plain(npm("signature_pad", "dist/signature_pad.umd.min.js")) + "\n" + read("assets", "own", "sign.js"));
put("desk.js", read("assets", "own", "desk.js"));
put("icons.svg", read("assets", "own", "icons.svg").replace(/<!--.*?-->\n?/gs, "").replace(/\n/g, ""));

const licences = ["@tabler/core", "htmx.org", "signature_pad"].map((name) => {
  const file = readdirSync(at("node_modules", name)).find((f) => /^licen[cs]e/i.test(f));
  const { version: v, license } = version(name);
  return `${name} ${v} (${license})\n\n${file ? npm(name, file) : ""}`;
});
writeFileSync(join(out, "LICENCES.txt"), licences.join("\n\n----\n\n"));
