// Photographs pages at a desktop's and a phone's width, in both themes.
//
//   node scripts/screens.mjs                      the sample pages in target/screens/pages (cargo run --example pages)
//   node scripts/screens.mjs URL [URL...]         pages of a running server; --cookie NAME=VALUE signs in
//   node scripts/screens.mjs --demo URL           every kind of page of a running demo (`portolan demo`), as its people meet it
//   --only REGEX  pages whose name matches       --out FOLDER   default target/screens/shots
//   --width 1280,390   --theme light,dark         --full no      only the first screen
//   --each N      with --demo: so many pages of each kind (15 shows every port)
// It also reports what a person would trip over: errors in the console, a page wider than its screen.
import { createServer } from "node:http";
import { mkdirSync, readdirSync, readFileSync, existsSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { launch } from "./pages/browser.mjs";
import { crawl } from "./pages/crawl.mjs";

const { values: options, positionals: urls } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    demo: { type: "string", default: "" },
    each: { type: "string", default: "1" },
    out: { type: "string", default: "target/screens/shots" },
    pages: { type: "string", default: "target/screens/pages" },
    width: { type: "string", default: "1280,390" },
    theme: { type: "string", default: "light,dark" },
    full: { type: "string", default: "yes" },
    cookie: { type: "string", multiple: true, default: [] },
  },
});

const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
// The policy that the server sends (src/portal/assets.rs), so that a page that breaks it shows here.
const policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
const server = createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  const file = join(options.pages, path);
  if (path.includes("..") || !existsSync(file) || !types[extname(file)]) {
    response.writeHead(200, { "content-type": "text/html" });
    return response.end("<!doctype html><title>elsewhere</title><body>(not part of the samples)");
  }
  const mail = path.includes("/mail/");
  response.writeHead(200, { "content-type": types[extname(file)], ...(mail ? {} : { "content-security-policy": policy }) });
  response.end(readFileSync(file));
});

let targets = urls.map((url) => [new URL(url).pathname.replace(/\W+/g, "-").replace(/^-|-$/g, "") || "start", url]);
if (targets.length === 0 && !options.demo) {
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const base = `http://127.0.0.1:${server.address().port}`;
  const list = (folder) => readdirSync(join(options.pages, folder)).filter((file) => file.endsWith(".html"));
  targets = list(".").map((file) => [file.slice(0, -5), `${base}/${file}`]);
  if (existsSync(join(options.pages, "mail"))) targets.push(...list("mail").map((file) => [`mail-${file.slice(0, -5)}`, `${base}/mail/${file}`]));
}
mkdirSync(options.out, { recursive: true });
const browser = await launch();
let trouble = 0;
try {
  if (options.demo) {
    const complain = (text) => { trouble += 1; console.log(text); };
    targets = (await crawl(browser, options.demo, { each: Number(options.each), complain })).map(({ name, url, cookies }) => [name, url, cookies]);
  }
  targets = targets.filter(([name]) => new RegExp(options.only).test(name));
  for (const width of options.width.split(",").map(Number)) {
    for (const colorScheme of options.theme.split(",")) {
      const context = await browser.newContext({ viewport: { width, height: width < 600 ? 844 : 900 }, colorScheme, reducedMotion: "reduce", hasTouch: width < 600 });
      for (const [name, url, cookies = []] of targets) {
        await context.clearCookies();
        await context.addCookies(cookies);
        if (options.cookie.length > 0) {
          await context.addCookies(options.cookie.map((pair) => ({ name: pair.split("=")[0], value: pair.split("=").slice(1).join("="), url: new URL(url).origin })));
        }
        const page = await context.newPage();
        const say = (text) => { trouble += 1; console.log(`${name} ${width} ${colorScheme}: ${text}`); };
        page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("404")) say(message.text()); });
        page.on("pageerror", (error) => say(error.message));
        await page.goto(url, { waitUntil: "load" });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (over > 0) say(`${over} pixels too wide`);
        await page.screenshot({ path: join(options.out, `${name}-${width}-${colorScheme}.png`), fullPage: options.full === "yes" });
        await page.close();
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  server.close();
}

console.log(`${targets.length} pages photographed, ${trouble} complaints`);
process.exitCode = trouble === 0 ? 0 : 1;
