// Every kind of page, as a stranger, a customer, the desk and an administrator meet it: axe finds nothing on it, at
// a phone's and a desktop's size, light and dark; and it is light to load.
//
//   make pages                  checks, with a server and requests of its own
//   make pages WRITE=1          also writes docs/page-weights.md anew
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../scripts/pages/browser.mjs";
import { crawl } from "../scripts/pages/crawl.mjs";
import { samples } from "../scripts/pages/samples.mjs";
import { root } from "./support/stage.mjs";
import { Still } from "./support/still.mjs";

/** Over the wire, in bytes: page, style and scripts of a first visit; everything of a later one. */
const FIRST = 150_000;
const LATER = 20_000;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What a theme can change: it is the same page but for its colours. */
const COLOURS = ["color-contrast", "link-in-text-block"];
const WIDTHS = [390, 1280];
const context = (width) => browser.newContext({ viewport: { width, height: width < 600 ? 844 : 900 }, reducedMotion: "reduce", hasTouch: width < 600, isMobile: width < 600 });

let browser;
let still;
let pages;

before(async () => {
  [browser, still] = await Promise.all([launch(), Still.open()]);
  const links = await still.links();
  pages = await crawl(browser, still.base, { more: (who) => (who === "nobody" ? links : ["/no/such/page", "/styleguide", ...Object.values(still.all).map((port) => `/numbers/ports/${port}/test`)]) });
}, { timeout: 1_500_000 });
after(async () => {
  await browser?.close();
  await still?.close();
});

/** A page on which nothing moves any more is named instead of waited for. */
const PATIENCE = 60_000;
async function within(most, name, work) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${name}: nothing moves any more`)), most); });
  try { return await Promise.race([work(), late]); } finally { clearTimeout(timer); }
}

/** Visits each page in turn, two at a time, at this width. */
async function visit(list, width, see) {
  // What runs no scripts by the server's own policy cannot be looked at from inside: mails are among the samples.
  const line = list.filter(({ kind }) => !kind?.endsWith("/html"));
  await Promise.all([1, 2].map(async () => {
    const here = await context(width);
    const page = await here.newPage();
    for (let one = line.shift(); one; one = line.shift()) {
      await here.clearCookies();
      await here.addCookies(one.cookies ?? []);
      await within(PATIENCE, one.name, async () => {
        await page.goto(one.url, { waitUntil: "load" });
        await see(page, one);
      });
    }
    await here.close();
  }));
}

/** What axe finds on the open page in both themes, one line for each place. */
async function faults(page) {
  await page.evaluate(axe);
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const runOnly = colorScheme === "light" ? { type: "tag", values: RULES } : { type: "rule", values: COLOURS };
    const { violations } = await page.evaluate((only) => globalThis.axe.run(document, { runOnly: only, resultTypes: ["violations"], iframes: false }), runOnly);
    for (const { id, nodes } of violations) for (const { target, failureSummary } of nodes) found.push(`${colorScheme}: ${id}: ${target.join(" ")}: ${failureSummary.replace(/\s+/g, " ").slice(0, 300)}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  return found;
}

test("the crawl comes to every kind of page", () => {
  const kinds = new Set(pages.map(({ kind }) => kind));
  for (const kind of ["/sign-in", "/numbers/ports", "/numbers/ports/new", "/numbers/ports/ID", "/numbers/ports/ID/answer", "/numbers/ports/ID/test", "/sign/LINK", "/upload/LINK", "/desk", "/mailbox", "/mailbox/ID/html", "/settings", "/settings/users", "/help", "/no/such/page"]) {
    assert.ok([...kinds].some((one) => one.replace(/ .*/, "") === kind), `${kind} in ${[...kinds].join(" ")}`);
  }
});

for (const width of WIDTHS) {
  test(`axe finds nothing, ${width} pixels wide, light and dark`, { timeout: 1_500_000 }, async () => {
    const found = [];
    await visit(pages, width, async (page, { name }) => {
      for (const fault of await faults(page)) found.push(`${name}: ${fault}`);
      // A phone widens its window to what does not fit, so it is compared with its screen.
      const over = await page.evaluate((screen) => document.documentElement.scrollWidth - screen, width);
      if (over > 0) found.push(`${name}: ${over} pixels wider than the screen`);
    });
    assert.deepEqual(found, []);
  });
}

// Pages that nobody comes to by following links: refused forms, links that are over, errors of the server.
test("axe finds nothing on the sample pages and mails", { timeout: 1_500_000 }, async () => {
  const gallery = await samples();
  try {
    const found = [];
    for (const width of WIDTHS) {
      await visit([...gallery.pages, ...gallery.mails], width, async (page, { name }) => {
        for (const fault of await faults(page)) found.push(`${name} ${width}: ${fault}`);
      });
    }
    assert.deepEqual(found, []);
  } finally {
    gallery.close();
  }
});

/** What comes over the wire for one visit, by the browser's own count. */
async function weigh(page, url) {
  const wire = await page.context().newCDPSession(page);
  await wire.send("Network.enable");
  const all = new Map();
  wire.on("Network.responseReceived", ({ requestId, response, type }) => all.set(requestId, { ...all.get(requestId), type, url: response.url, mime: response.mimeType, headers: response.headers, cached: all.get(requestId)?.cached || response.fromDiskCache || response.fromPrefetchCache }));
  wire.on("Network.requestServedFromCache", ({ requestId }) => all.set(requestId, { ...all.get(requestId), cached: true }));
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => all.set(requestId, { ...all.get(requestId), bytes: encodedDataLength }));
  await page.goto(url, { waitUntil: "load" });
  await wire.detach();
  // What the page shows in a frame is a document of its own.
  const own = [...all.values()].filter((one) => one.url && !one.cached && (one.type !== "Document" || one.url === page.url()) && one.mime !== "application/pdf");
  const sum = (types) => own.filter(({ type }) => types.includes(type)).reduce((bytes, one) => bytes + (one.bytes ?? 0), 0);
  return {
    first: sum(["Document", "Stylesheet", "Script"]),
    all: sum(["Document", "Stylesheet", "Script", "Image", "Font", "Other"]),
    assets: own.filter(({ url: at }) => new URL(at).pathname.startsWith("/assets/")),
  };
}

test("pages are light, and what they share is loaded once", { timeout: 900_000 }, async () => {
  const rows = [];
  const found = [];
  for (const one of pages.filter(({ kind }) => !kind.includes("/html") && !kind.startsWith("/v1/docs"))) {
    const here = await context(1280);
    await here.addCookies(one.cookies);
    const page = await here.newPage();
    const first = await weigh(page, one.url);
    const later = await weigh(page, one.url);
    await here.close();
    rows.push({ ...one, first: first.first, later: later.all });
    if (first.first > FIRST) found.push(`${one.name}: a first visit weighs ${first.first} bytes, ${FIRST} are promised`);
    if (later.all > LATER) found.push(`${one.name}: a later visit weighs ${later.all} bytes, ${LATER} are promised`);
    if (first.assets.length === 0) found.push(`${one.name}: loads no style sheet`);
    // The browser asks for its tab's symbol when it likes, also after the page.
    const again = later.assets.filter(({ url }) => first.assets.some((before) => before.url === url));
    if (again.length > 0) found.push(`${one.name}: loads ${again.map(({ url }) => new URL(url).pathname)} again`);
    for (const { url, headers } of first.assets) {
      const keep = headers["cache-control"] ?? headers["Cache-Control"];
      if (keep !== "public, max-age=31536000, immutable") found.push(`${one.name}: ${url} may be kept: ${keep}`);
    }
  }
  if (process.env.PORTOLAN_WRITE_WEIGHTS) writeFileSync(join(root, "docs", "page-weights.md"), table(rows));
  assert.deepEqual(found, []);
});

/** The page in docs. */
function table(rows) {
  const kb = (bytes) => (bytes / 1000).toFixed(1);
  const lines = rows.map(({ kind, who, first, later }) => `| \`${kind}\` | ${who} | ${kb(first)} | ${kb(later)} |`);
  const most = (what) => kb(Math.max(...rows.map((row) => row[what])));
  return `# What pages weigh

Kilobytes over the wire, as Chromium counts them: compressed, with headers. *First* is a visit with an empty cache: page, style
sheet and scripts; at most ${FIRST / 1000} are promised, the heaviest has ${most("first")}. *Later* is everything that the same page loads when it is
opened once more; at most ${LATER / 1000} are promised, the heaviest has ${most("later")}. Style sheet, scripts and symbols are kept for good: their
addresses change with their content.

Written by \`make pages WRITE=1\`, which fails when a page is heavier than promised. The pages are those of a desk with requests
in every state, each kind as each of its people meets it.

| page | who | first | later |
|---|---|---|---|
${lines.join("\n")}
`;
}
