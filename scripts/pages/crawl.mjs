// Finds every kind of page of a running demo, as each of its people meets it, by following links from where they
// begin. Pages of one kind have the same path but for the ids in it. The secret links of the signer and of the
// uploader are in the mails.

export const PEOPLE = { nobody: null, customer: "customer@portolan.example", desk: "desk@portolan.example", admin: "admin@portolan.example" };
export const PASSWORD = "portolan-demo";

/** The path without its ids: two pages of one kind have the same. */
export function kindOf(url) {
  const path = url.pathname
    .replace(/\/(?!(?:numbers|settings|help|desk)\b)[a-z]+_[0-9a-f]{20,}/g, "/ID")
    .replace(/^(\/(?:sign|upload|welcome|unsubscribe)\/)[\w-]{20,}/, "$1LINK")
    .replace(/^(\/settings\/mails\/)\w+/, "$1NAME")
    .replace(/(\/lists\/)[\w-]{20,}/, "$1LIST")
    .replace(/[0-9a-f]{32,}/g, "ID");
  return path + [...url.searchParams.keys()].map((name) => `?${name}`).join("");
}

/** What tells pages of one kind apart that look different: the status of a request, the heading behind a link. */
const OF_A_PORT = /^\/(?:numbers|desk)\/ports\/ID(?:\/letter|\/proof)?$/;
const BEHIND_A_LINK = /^\/(?:sign|upload|welcome)\/LINK$/;
function facet(kind, text) {
  if (OF_A_PORT.test(kind)) return text.match(/class="stat stat-[a-z]+">.*?<span>([^<]+)<\/span>/s)?.[1] ?? "";
  if (BEHIND_A_LINK.test(kind)) return text.match(/<h1>([^<]+)</)?.[1] ?? "";
  return "";
}

/** A signed-in browser context's cookies. */
async function signIn(browser, base, email) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(new URL("/sign-in", base).href);
  await page.fill("input[type=email]", email);
  await page.fill("input[type=password]", PASSWORD);
  await Promise.all([page.waitForNavigation(), page.click("main form button")]);
  return { context, start: page.url() };
}

/**
 * All kinds of pages: `[{ name, who, kind, url, cookies, status }]`. `each` is how many of one kind; `more` gives
 * addresses to begin at beside the start page, such as one where nothing is, for each of the people.
 */
export async function crawl(browser, base, { each = 1, people = PEOPLE, more = () => [], complain = console.log } = {}) {
  const found = [];
  for (const [who, email] of Object.entries(people)) {
    const { context, start } = email ? await signIn(browser, base, email) : { context: await browser.newContext(), start: new URL("/sign-in", base).href };
    const cookies = await context.cookies();
    const kinds = new Map();
    const seen = new Set();
    const line = [new URL(start), new URL("/", base), ...more(who).map((path) => new URL(path, base))];
    while (line.length > 0) {
      const url = line.shift();
      url.hash = "";
      const kind = kindOf(url);
      const many = OF_A_PORT.test(kind) || BEHIND_A_LINK.test(kind);
      if (url.origin !== new URL(base).origin || seen.has(url.href) || (!many && (kinds.get(kind) ?? 0) >= each)) continue;
      if (/\.(css|js|svg|csv|pdf|ico|png|json)$|sign-out|\/download|^\/v1\/(?!docs)/.test(url.pathname)) continue;
      seen.add(url.href);
      const answer = await context.request.get(url.href, { maxRedirects: 0 }).catch(() => null);
      if (!answer || (answer.status() >= 300 && answer.status() < 400) || !(answer.headers()["content-type"] ?? "").includes("html")) continue;
      const text = (await answer.text()).replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#34;", '"');
      // What an administrator sees of a request is what the desk sees.
      const special = who === "admin" ? "" : facet(kind, text);
      const whole = special ? `${kind} (${special})` : kind;
      const count = (kinds.get(whole) ?? 0) + 1;
      if (count <= each) {
        kinds.set(whole, count);
        const name = `${who}-${whole.replace(/\W+/g, "-").replace(/^-|-$/g, "") || "start"}-${count}`.replace(/-1$/, "");
        found.push({ name, who, kind: whole, url: url.href, cookies, status: answer.status() });
      }
      // The samples of the style guide lead nowhere.
      if (url.pathname === "/styleguide") continue;
      // Links and frames of the page, and links that a mail on it spells out.
      const links = [...text.matchAll(/(?:href|src)="([^"#]+)"/g), ...text.matchAll(/(https?:\/\/[^\s"'<>&]+)/g)];
      for (const [, link] of links) {
        try { line.push(new URL(link, url)); } catch { complain(`${url.pathname}: a link that is none: ${link}`); }
      }
    }
    await context.close();
  }
  return found;
}
