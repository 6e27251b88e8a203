// A still life: a desk with requests in every state, that stands still while somebody looks at all of its
// pages. The demo plays on a fast calendar until each request is where it should be and the calendar has come
// to the present; then the server goes on alone, in real time, without a carrier.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bill } from "./files.mjs";
import { Stage, until } from "./stage.mjs";

/** How many days before today the play begins, and how many seconds a day takes then. */
const DAYS = 20;
const DAY = 1.8;

export class Still extends Stage {
  static async open() {
    const folder = mkdtempSync(join(tmpdir(), "portolan-pages-"));
    const demo = join(folder, "demo");
    mkdirSync(demo);
    // A Monday morning in the east.
    const begins = new Date(Date.now() - DAYS * 86_400_000);
    begins.setUTCDate(begins.getUTCDate() - ((begins.getUTCDay() + 6) % 7));
    begins.setUTCHours(15, 0, 0, 0);
    writeFileSync(join(demo, "clock.json"), JSON.stringify({ wall: new Date().toISOString(), desk: begins.toISOString(), speed: 86_400 / DAY }));
    const long = { PORTOLAN_LINKS__SIGNATURE_DAYS: "365", PORTOLAN_LINKS__UPLOAD_DAYS: "365", PORTOLAN_LINKS__REMINDER_DAYS: "[360]" };
    const still = await super.open({ folder, day: DAY, env: long });
    await still.play();
    await still.freeze();
    return still;
  }

  /** Where a stranger can be led who is sent a link. */
  async links() {
    const { unsigned, unproved, cancelled } = this.all;
    return Promise.all([this.link(unsigned, "/sign/"), this.link(unproved, "/upload/"), this.link(unproved, "/sign/"), this.link(cancelled, "/sign/"), `${this.base}/sign/${"x".repeat(43)}`]);
  }

  async ports() {
    const { items } = await this.api("GET", "/v1/ports?limit=100", undefined, this.customerKey);
    return items;
  }

  /** The request with one of these numbers. */
  async port(area) {
    const all = await this.ports();
    const found = await Promise.all(all.map(async ({ id }) => this.api("GET", `/v1/ports/${id}`)));
    return found.find((one) => one.numbers.some(({ number }) => number.startsWith(`+1${area}`)));
  }

  async link(port, path) {
    return until(`a mail with a link to ${path}`, async () => {
      const { items } = await this.api("GET", `/v1/mails?port=${port}&limit=100`);
      for (const { id } of items) {
        const { text } = await this.api("GET", `/v1/mails/${id}`);
        const link = text.split(/\s+/).find((word) => word.includes(path));
        if (link) return link;
      }
      return null;
    });
  }

  async form(url, fields) {
    const answer = await fetch(url, { method: "POST", body: fields, redirect: "manual" });
    if (answer.status >= 400) throw new Error(`${url.replace(/[\w-]{20,}$/, "…")}: ${answer.status} ${await answer.text()}`);
  }

  async sign(port) {
    const link = await this.link(port, "/sign/");
    const page = await (await fetch(link)).text();
    const [, document] = page.match(/name="document" value="([^"]*)"/);
    const [, name] = page.match(/<dt>Authorized person<\/dt><dd>([^<]*)</);
    await this.form(link, new URLSearchParams({ consent: "yes", name: name.replace("&#39;", "'"), role: "Owner", document }));
  }

  async prove(port) {
    const link = await this.link(port, "/upload/");
    const view = await this.api("GET", `/v1/ports/${port}`);
    const file = bill({ carrier: view.losing_carrier ?? "", name: "", street: "", unit: "", city: "", state: "", zip: "", numbers: view.numbers.map(({ number }) => number) });
    const fields = new FormData();
    fields.set("kind", "billing_statement");
    fields.set("file", new Blob([file.buffer], { type: file.mimeType }), "bill-november.pdf");
    await this.form(link, fields);
  }

  async judge(port, verdict, body) {
    const view = await this.api("GET", `/v1/ports/${port}`);
    const { document } = view.proof.find((one) => one.verdict === "waiting");
    await this.api("POST", `/v1/ports/${port}/proof/${document}/${verdict}`, body);
  }

  async submitted(port, date) {
    await this.sign(port);
    await this.prove(port);
    await this.judge(port, "accept");
    if (date) await this.api("PATCH", `/v1/ports/${port}`, { requested_date: date });
    await this.api("POST", `/v1/ports/${port}/submit`);
  }

  /** Waits until a request has this status. */
  stands(port, ...statuses) {
    return until(`${port} is ${statuses.join(" or ")}`, async () => statuses.includes((await this.api("GET", `/v1/ports/${port}`)).status), 90);
  }

  async passes(port) {
    await this.stands(port, "testing");
    const { numbers } = await this.api("GET", `/v1/ports/${port}`);
    for (const one of numbers.filter(({ voice }) => voice.state === "ported")) {
      await this.api("POST", `/v1/ports/${port}/tests`, { number: one.number, kind: "voice", passed: true, remark: "It rang at the front desk." }, this.customerKey);
    }
    await this.stands(port, "completed");
  }

  /** Each company of the demo comes to stand where the pages about it are worth looking at. */
  async play() {
    const all = Object.fromEntries(await Promise.all(
      Object.entries({ unsigned: 253, testing: 518, rejected: 206, unproved: 303, declined: 404, partial: 585, dated: 607, silent: 207, review: 515, cancelled: 503, completed: 716, refused: 845, split: 360, jeopardy: 315 })
        .map(async ([what, area]) => [what, (await this.port(area)).id]),
    ));
    this.all = all;
    const soon = new Date(Date.now() + 9 * 86_400_000);
    while ([0, 6].includes(soon.getUTCDay())) soon.setUTCDate(soon.getUTCDate() + 1);
    await Promise.all([
      this.submitted(all.testing).then(() => this.stands(all.testing, "testing")),
      this.submitted(all.rejected).then(() => this.stands(all.rejected, "rejected")),
      this.sign(all.unproved),
      this.link(all.declined, "/sign/").then((link) => this.form(`${link}/decline`, new URLSearchParams({ reason: "I sold the company in June. Please ask Kim Lowell." }))),
      this.submitted(all.partial).then(() => this.passes(all.partial)),
      this.submitted(all.dated, soon.toISOString().slice(0, 10)).then(() => this.stands(all.dated, "scheduled")),
      this.submitted(all.silent),
      this.sign(all.review).then(() => this.prove(all.review)),
      this.api("POST", `/v1/ports/${all.cancelled}/cancel`, { reason: "We stay where we are." }, this.customerKey),
      this.submitted(all.completed).then(() => this.passes(all.completed)),
      this.sign(all.refused).then(() => this.prove(all.refused)).then(() => this.judge(all.refused, "refuse", { reason: "The bill is from June. Please send the latest one." })),
      this.submitted(all.jeopardy).then(() => this.stands(all.jeopardy, "rejected")),
    ]);
    await this.api("POST", `/v1/ports/${all.review}/notes`, { text: "The side door is open until six." }, this.customerKey);
    await this.api("POST", `/v1/ports/${all.review}/notes`, { text: "The bill is a little blurred.", staff_only: true });
    await this.api("POST", "/v1/ports", { losing_carrier: "Twilio Inc.", title: "" }, this.customerKey);
    for (const [number, description] of [["+18005550143", "Orders"], ["+18885550144", "Front desk"]]) {
      await this.api("POST", "/v1/hosted-numbers", { number, voice_provider: "Northline Telephone", description }, this.customerKey);
    }
    await this.api("POST", "/v1/hosted-numbers/+18005550143/enable");
    // A list that waits for its columns' meaning is reached through the form only; see the journeys.
    await until("the calendar has come to the present", async () => {
      const answer = await fetch(`${this.base}/v1/me`, { headers: { authorization: `Bearer ${this.deskKey}` } });
      return new Date(answer.headers.get("x-desk-time")) >= Date.now() - 6 * 3_600_000;
    }, 120);
  }

  /** From the fast calendar to real time. */
  async freeze() {
    this.server.kill("SIGINT");
    await this.ended;
    this.gone = false;
    const { host } = new URL(this.base);
    const env = {
      ...this.env,
      PORTOLAN_DATA__FOLDER: this.env.PORTOLAN_DEMO__FOLDER,
      PORTOLAN_SERVER__LISTEN: host,
      PORTOLAN_SERVER__PUBLIC_URL: this.base,
      PORTOLAN_LINKS__ATTEMPTS_PER_MINUTE: "6000",
      PORTOLAN_SIGNIN__ATTEMPTS_PER_MINUTE: "600",
    };
    this.run(["serve"], env);
    await until("the server stands", async () => {
      if (this.gone) throw new Error(`the server ended: ${this.said}`);
      return fetch(`${this.base}/sign-in`).then((answer) => answer.ok, () => false);
    }, 60);
  }
}
