// Writes docs/screens: a picture of every page, on a phone and at a desktop, light and dark, and an index page.
//
//   make screenshots
//
// The pages are those of a desk with requests in every state (e2e/support/still.mjs), and the samples of what
// nobody comes to by following links. Only the top of a long page is shown; a picture is WebP, made by the browser
// itself, at half a desktop's size. All together stay below 4 MB: the quality goes down until they do.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./pages/browser.mjs";
import { showPdfs } from "./pages/pdf.mjs";
import { crawl } from "./pages/crawl.mjs";
import { samples } from "./pages/samples.mjs";
import { Still } from "../e2e/support/still.mjs";

const OUT = "docs/screens";
const MOST = 4_000_000;
/** Kept as they are: the pictures of the README. */
const KEPT = ["one-port.png", "port-numbers.png"];
const LOOKS = [
  { name: "phone", width: 390, height: 844, scale: 0.5 },
  { name: "desktop", width: 1280, height: 900, scale: 0.4 },
].flatMap((size) => ["light", "dark"].map((theme) => ({ ...size, theme })));

const browser = await launch();
const still = await Still.open();
const gallery = await samples();
try {
  const links = await still.links();
  const found = await crawl(browser, still.base, { more: (who) => (who === "nobody" ? links : Object.values(still.all).map((port) => `/numbers/ports/${port}/test`)) });
  const pages = chosen(found, gallery);
  const taken = await photographed(pages);
  const pictures = await packed(taken);
  for (const file of readdirSync(OUT)) if (!KEPT.includes(file)) rmSync(join(OUT, file));
  mkdirSync(OUT, { recursive: true });
  for (const { file, bytes } of pictures) writeFileSync(join(OUT, file), bytes);
  writeFileSync(join(OUT, "README.md"), index(pages));
  const total = pictures.reduce((sum, { bytes }) => sum + bytes.length, 0);
  console.log(`${pages.length} pages, ${pictures.length} pictures, ${(total / 1e6).toFixed(2)} MB in ${OUT}`);
} finally {
  gallery.close();
  await browser.close();
  await still.close();
}

/** Each kind once, by whoever sees most of it, and the samples of states that the desk does not have. */
function chosen(found, { pages: made }) {
  const kinds = new Map();
  for (const who of ["customer", "nobody", "desk", "admin"]) {
    for (const one of found.filter((page) => page.who === who)) {
      // A mail's own HTML is shown in the mailbox; the description of the API is a page of its own.
      if (one.kind.includes("/html") || /\?|\/no\/such/.test(one.kind)) continue;
      if (!kinds.has(one.kind)) kinds.set(one.kind, { name: slug(one.kind), title: one.kind, who, url: one.url, cookies: one.cookies });
    }
  }
  const wanted = /^(error-|send-again|port-new-(refused|left)|port-upload|port-fix|public-(?!sign$|upload$)|ports-nothing|port-notes-empty|port-proof-sent|desk-(bulk|take|tickets?$|unplaced|empty|search)|forgot-asked|welcome|unsubscribe|settings-(webhook|delivery)$)/;
  const rest = made.filter(({ name }) => wanted.test(name)).map(({ name, url }) => ({ name: `sample-${name}`, title: `sample: ${name.replaceAll("-", " ")}`, who: "sample", url, cookies: [] }));
  return [...kinds.values(), ...rest].sort((a, b) => a.name.localeCompare(b.name));
}

function slug(kind) {
  return kind.replace(/\W+/g, "-").replace(/^-|-$/g, "").toLowerCase() || "start";
}

async function photographed(pages) {
  const taken = [];
  for (const look of LOOKS) {
    const line = [...pages];
    await Promise.all([1, 2].map(async () => {
      const context = await browser.newContext({ viewport: { width: look.width, height: look.height }, colorScheme: look.theme, reducedMotion: "reduce", hasTouch: look.width < 600, isMobile: look.width < 600, timezoneId: "America/Chicago" });
      await showPdfs(context);
      const page = await context.newPage();
      for (let one = line.shift(); one; one = line.shift()) {
        await context.clearCookies();
        await context.addCookies(one.cookies);
        await page.goto(one.url, { waitUntil: "load" });
        taken.push({ file: `${one.name}-${look.name}-${look.theme}.webp`, look, png: await page.screenshot() });
      }
      await context.close();
    }));
  }
  return taken;
}

/** The pictures as WebP, small enough all together. */
async function packed(taken) {
  const page = await browser.newPage();
  for (const quality of [0.7, 0.55, 0.4, 0.3]) {
    const pictures = [];
    let total = 0;
    for (const { file, look, png } of taken) {
      const base64 = await page.evaluate(async ([data, scale, best]) => {
        const picture = new Image();
        picture.src = `data:image/png;base64,${data}`;
        await picture.decode();
        const canvas = document.createElement("canvas");
        canvas.width = Math.round(picture.naturalWidth * scale);
        canvas.height = Math.round(picture.naturalHeight * scale);
        const pen = canvas.getContext("2d");
        pen.imageSmoothingQuality = "high";
        pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
        return canvas.toDataURL("image/webp", best).split(",")[1];
      }, [png.toString("base64"), look.scale, quality]);
      const bytes = Buffer.from(base64, "base64");
      total += bytes.length;
      pictures.push({ file, bytes });
    }
    if (total <= MOST) return pictures;
  }
  throw new Error("the pictures do not fit: show fewer pages, or make them smaller (LOOKS)");
}

function index(pages) {
  const cell = (name, look) => `![${name}, ${look.name}, ${look.theme}](${name}-${look.name}-${look.theme}.webp)`;
  const part = ({ name, title, who }) => `## ${title}\n\n${who === "sample" ? "With made-up data." : `As ${{ nobody: "somebody without an account", customer: "a customer", desk: "the desk", admin: "an administrator" }[who]} sees it.`}\n\n| phone, light | phone, dark | desktop, light | desktop, dark |\n|---|---|---|---|\n| ${LOOKS.map((look) => cell(name, look)).join(" | ")} |\n`;
  return `# Every page

What fits on a phone's and a desktop's screen, light and dark, of a desk with requests in every state. Written by \`make screenshots\`.
In an address, \`ID\` stands for the id of a request, a mail or a number, \`LINK\` for a secret link.

${pages.map(part).join("\n")}`;
}
