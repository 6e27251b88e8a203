// People with browsers of their own, on a phone or at a desktop, and the harness that plays a journey with
// them on both. What they use is what is written on the pages: labels, names of buttons and links, texts.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../../scripts/pages/browser.mjs";
import { PASSWORD, Stage, root, until } from "./stage.mjs";

const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1280, height: 900 } },
};
/** How long a person looks for something before they give up. Long, for a machine that is busy. */
const PATIENCE = 40_000;

let shared;
/** How many customers the journeys want on the shared stage. */
let wanted = 0;
/** The browser, and the stage that most journeys share. */
export async function world() {
  shared ??= (async () => {
    const [browser, stage] = await Promise.all([
      launch(),
      // Links and letters outlive a slow machine here, and no reminder replaces a link while somebody reads behind it;
      // the journey about old ones has a stage of its own.
      Stage.open({ customers: wanted, pairs: 4, env: { PORTOLAN_LINKS__SIGNATURE_DAYS: "365", PORTOLAN_LINKS__UPLOAD_DAYS: "365", PORTOLAN_LINKS__REMINDER_DAYS: "[360]" } }),
    ]);
    return { browser, stage };
  })();
  return shared;
}

export async function strike() {
  if (!shared) return;
  const { browser, stage } = await shared;
  await browser.close();
  await stage.close();
}

/**
 * A journey, played on a phone and at a desktop. `steps` gets the cast: `cast.stage`, `cast.size`, and
 * `cast.person(...)` for everybody who takes part.
 */
export function journey(name, steps, { sizes = Object.keys(SIZES), context = {}, stage } = {}) {
  for (const size of sizes) {
    wanted += 1;
    test(`${name} (${size})`, { timeout: 170_000 }, async () => {
      const { browser, stage: usual } = await world();
      const own = stage ? await Stage.open({ customers: 1, ...stage }) : null;
      const cast = new Cast({ browser, stage: own ?? usual, size, context, name });
      try {
        await steps(cast);
        assert.deepEqual(cast.complaints, [], "the browser's console stays quiet");
      } catch (error) {
        await cast.photograph();
        throw error;
      } finally {
        await cast.leave();
        await own?.close();
      }
    });
  }
}

class Cast {
  constructor(parts) {
    Object.assign(this, parts);
    this.people = [];
    this.complaints = [];
  }

  get phone() { return this.size === "phone"; }

  /** A browser of somebody, signed in if they have an address. */
  async person(who, email, { javaScriptEnabled = true, ...more } = {}) {
    const context = await this.browser.newContext({ ...SIZES[this.size], baseURL: this.stage.base, locale: "en-US", timezoneId: "America/Chicago", javaScriptEnabled, acceptDownloads: true, ...this.context, ...more });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const person = new Person(this, who, context, page);
    this.people.push(person);
    context.on("weberror", (error) => this.complaints.push(`${who}: ${error.error().message}`));
    context.on("console", (message) => {
      // An answer such as 422 is part of a wrong turn and is looked at in the page.
      if (message.type() === "error" && !/the server responded with a status of 4/.test(message.text())) this.complaints.push(`${who}: ${message.text()}`);
    });
    if (email) await person.signIn(email);
    return person;
  }

  /** Somebody alone in a new account, or with a colleague in it. */
  hire({ paired = false } = {}) {
    const { customers } = this.stage;
    const at = customers.findIndex(({ colleague }) => Boolean(colleague) === paired);
    return customers.splice(at < 0 ? 0 : at, 1)[0] ?? assert.fail("no customer is left: each journey has one");
  }

  async customer({ paired, ...options } = {}) {
    const hired = this.hire({ paired });
    const person = await this.person("customer", hired.email, options);
    return Object.assign(person, { email: hired.email, account: hired.name, colleague: hired.colleague });
  }

  desk(options) { return this.person("desk", "desk@portolan.example", options); }

  /** The owner of the numbers: somebody with a mailbox and without an account. */
  owner(options) { return this.person("owner", null, options); }

  async photograph() {
    const folder = join(root, "target", "e2e");
    mkdirSync(folder, { recursive: true });
    for (const person of this.people) {
      const file = join(folder, `${this.name.replace(/\W+/g, "-")}-${this.size}-${person.who}`);
      await person.page.screenshot({ path: `${file}.png`, fullPage: true, timeout: 5_000 }).catch(() => {});
      const text = await person.page.innerText("body", { timeout: 2_000 }).catch(() => "");
      writeFileSync(`${file}.txt`, `${person.page.url()}\n\n${text}\n`);
    }
  }

  async leave() {
    await Promise.all(this.people.map((person) => person.context.close().catch(() => {})));
  }
}

class Person {
  constructor(cast, who, context, page) {
    Object.assign(this, { cast, who, context, page });
  }

  async signIn(email) {
    await this.open("/sign-in");
    await this.page.getByLabel("Email").fill(email);
    await this.page.getByLabel("Password").fill(PASSWORD);
    await this.press("Sign in");
    await this.page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  }

  open(path) { return this.page.goto(path); }

  /** Follows an entry of the main menu, which a phone has behind its Menu button. */
  async menu(name) {
    const opener = this.page.locator("summary").filter({ hasText: "Menu" });
    if (await opener.isVisible()) await opener.click();
    await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
  }

  button(name, within = this.page) { return within.getByRole("button", { name, exact: typeof name === "string" }); }

  press(name, within) { return this.button(name, within).click(); }

  link(name, within = this.page) { return within.getByRole("link", { name, exact: typeof name === "string" }); }

  follow(name, within) { return this.link(name, within).first().click(); }

  part(name, within = this.page) { return within.getByRole("region", { name }); }

  field(name, within = this.page) { return within.getByLabel(name, { exact: typeof name === "string" }); }

  /** Waits until this can be read on the page. */
  sees(text, within = this.page) { return within.getByText(text).filter({ visible: true }).first().waitFor(); }

  async seesNot(text) {
    await until(`"${text}" is gone`, async () => (await this.page.getByText(text).filter({ visible: true }).count()) === 0);
  }

  heading(name) { return this.page.getByRole("heading", { name }).first().waitFor(); }

  /** What the field holds once it holds what it should. */
  holds(field, value) {
    return until(`a field holds "${value}"`, async () => (await field.inputValue()) === value);
  }

  /** The label of what has the focus. */
  focused() {
    return this.page.evaluate(() => {
      const at = document.activeElement;
      return at?.labels?.[0]?.textContent?.trim() ?? at?.textContent?.trim() ?? "";
    });
  }

  /** Waits until the focus is on the field with this label. */
  focusIsOn(label) {
    return until(`the focus is on ${label}`, async () => {
      const found = await this.focused();
      return label instanceof RegExp ? label.test(found) : found.startsWith(label);
    });
  }

  get path() { return new URL(this.page.url()).pathname; }

  at(path) { return this.page.waitForURL((url) => (path instanceof RegExp ? path.test(url.pathname) : url.pathname === path)); }

  /** A reload in the middle of things, and one step back and forward again. */
  async reloads() { await this.page.reload(); }

  async goesBack() { await this.page.goBack(); }

  /** The newest mail to a reader with this in its subject, read in the built-in mailbox: its frame. */
  async mail(reader, subject) {
    const page = this.page;
    await until(`a mail to ${reader} about ${subject}`, async () => {
      await page.goto(`/mailbox?q=${encodeURIComponent(reader)}`);
      return (await page.getByRole("link", { name: subject }).count()) > 0;
    });
    await page.getByRole("link", { name: subject }).first().click();
    await this.at(/^\/mailbox\/mail_/);
    const frame = page.locator("iframe");
    await frame.scrollIntoViewIfNeeded();
    return frame.contentFrame();
  }

  /** The address of the link that such a mail asks its reader to follow. */
  async mailedLink(reader, subject, name) {
    const frame = await this.mail(reader, subject);
    return frame.getByRole("link", { name }).first().getAttribute("href");
  }
}
