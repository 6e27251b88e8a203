// The real server with the simulated carrier beside it (`portolan demo`), in a folder and on ports of its
// own, and what a test may do behind the scenes: give people an account, put companies on the losing
// providers' files.
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const target = process.env.PORTOLAN_TARGET_DIR ?? process.env.CARGO_TARGET_DIR ?? join(root, "target");
const binary = process.env.PORTOLAN_BIN ?? join(target, "debug", "portolan");

export const PASSWORD = "portolan-demo";

/** Asks again and again until something holds; a test never just waits. */
export async function until(what, holds, seconds = 40) {
  const last = Date.now() + seconds * 1000;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > last) throw new Error(`still not so after ${seconds} s: ${what}`);
    await new Promise((again) => setTimeout(again, 60));
  }
}

// Area codes in the Eastern zone, where the losing provider of most tests works. The demo's own companies
// have others.
const AREAS = [
  "212", "617", "704", "919", "614", "407", "305", "412", "215", "410", "202", "757", "843", "912", "706", "239", "401", "203", "603",
  "802", "304", "540", "740", "513", "216", "330", "419", "734", "517", "786", "904", "803", "336", "610", "717", "201", "732", "302",
  "413", "508", "978", "860", "914", "631", "516", "718", "321", "352", "561", "727", "770", "828", "864", "937", "301", "443",
];
const OWNERS = [["Rosa", "Alder"], ["Wade", "Keller"], ["Helen", "Park"], ["Tomas", "Reyes"], ["Maeve", "Doyle"], ["Omar", "Haddad"]];
const TRADES = ["Bakery", "Dental Group", "Outfitters", "Cabinetry", "Florist", "Tutoring", "Roofing", "Catering"];

export class Stage {
  /**
   * Starts a demo. `day` is how many seconds a desk day takes, `env` are more settings, `customers` is how many
   * people in accounts of their own there are, and `pairs` how many of these have a colleague.
   */
  static async open({ day = 2, env = {}, customers = 0, pairs = 0, folder = mkdtempSync(join(tmpdir(), "portolan-e2e-")) } = {}) {
    const stage = new this();
    stage.folder = folder;
    stage.env = {
      ...process.env,
      PORTOLAN_DEMO__FOLDER: join(stage.folder, "demo"),
      PORTOLAN_DEMO__LISTEN: "127.0.0.1:0",
      PORTOLAN_DEMO__SIMULATOR_LISTEN: "127.0.0.1:0",
      PORTOLAN_DEMO__DAY_SECONDS: String(day),
      PORTOLAN_LOG__LEVEL: "warn",
      NO_COLOR: "1",
      ...env,
    };
    stage.said = "";
    stage.next = 0;
    mkdirSync(stage.env.PORTOLAN_DEMO__FOLDER, { recursive: true });
    writeFileSync(join(stage.env.PORTOLAN_DEMO__FOLDER, "this-is-a-portolan-demo"), "");
    stage.customers = [];
    for (let at = 0; at < customers; at += 1) stage.customers.push(await stage.hire(at, at < pairs));
    stage.run(["demo", "--keep"], stage.env);
    await until("the demo stands", () => {
      if (stage.gone) throw new Error(`the demo ended: ${stage.said}`);
      return stage.said.includes("The ports are filed.");
    }, 120);
    const word = (before) => stage.said.match(new RegExp(`${before}\\s*(\\S+)`))?.[1];
    stage.base = word("Portolan ");
    stage.control = word("Carrier ");
    [stage.customerKey, stage.deskKey] = [...stage.said.matchAll(/PORTOLAN_API_KEY=(\S+)/g)].map((found) => found[1]);
    return stage;
  }

  run(args, env) {
    this.server = spawn(binary, args, { cwd: this.folder, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.server.stdout, this.server.stderr]) stream.on("data", (bytes) => { this.said += bytes; });
    this.ended = new Promise((told) => this.server.on("exit", (code) => { this.gone = true; told(code); }));
    this.server.on("error", (error) => { this.said += `${error.message}; build it first: cargo build\n`; this.gone = true; });
  }

  async close() {
    if (!this.gone) this.server.kill("SIGINT");
    const late = setTimeout(() => this.server.kill("SIGKILL"), 20_000);
    await this.ended;
    clearTimeout(late);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Somebody in a new account, as an operator makes them before the server runs; perhaps with a colleague. */
  async hire(at, withColleague) {
    const env = { ...this.env, PORTOLAN_DATA__FOLDER: this.env.PORTOLAN_DEMO__FOLDER, PORTOLAN_NEW_PASSWORD: PASSWORD };
    const add = async (name, email, account) => {
      const { stdout } = await promisify(execFile)(binary, ["user", "add", name, email, "--account", account, "--json"], { cwd: this.folder, env });
      return JSON.parse(stdout).account;
    };
    const customer = { name: `Harbor Office ${at + 1}`, email: `dana${at + 1}@harbor.example` };
    const account = await add("Dana Whitfield", customer.email, customer.name);
    if (withColleague) {
      customer.colleague = `lee${at + 1}@harbor.example`;
      await add("Lee Moreno", customer.colleague, account);
    }
    return customer;
  }

  /** A call of the API, with the desk's key unless another is given. */
  async api(method, path, body, key = this.deskKey, type = "application/json") {
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { "content-type": type }), ...(method === "POST" ? { "idempotency-key": crypto.randomUUID() } : {}) },
      body: body === undefined || typeof body === "string" || body instanceof FormData ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** A company with its bill: a losing provider has it on file as it is given here. */
  async company({ count = 2, provider = "northline", carrier = "Northline Telephone", scenario = "happy", pin = null, kind } = {}) {
    const at = this.next++;
    if (at >= AREAS.length) throw new Error("no area code is left: add some to AREAS");
    const area = AREAS[at];
    const [first, last] = OWNERS[at % OWNERS.length];
    const numbers = Array.from({ length: count }, (_, line) => `+1${area}55501${10 + line}`);
    const company = {
      area, carrier, numbers, first, last, pin,
      name: `${last} ${TRADES[at % TRADES.length]} ${area}, Inc.`,
      account: `NLT-${4400 + at}-00${20 + at}`,
      receiving: `+1${area}5550190`,
      source: "Google Ads",
      street: `${12 + at} North Pearl Street`, unit: "Suite 3", city: "Albany", state: "NY", zip: "12207",
      owner: `${first} ${last}`,
      email: `${first.toLowerCase()}@${last.toLowerCase()}-${area}.example`,
      shown: numbers.map((number) => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3")),
    };
    const answer = await fetch(`${new URL(this.control).origin}/control/customers`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        id: `e2e_${area}`, provider, scenario,
        record: {
          account_number: company.account, ...(pin ? { pin } : {}), billing_name: company.name, authorized_person: company.owner,
          service_address: { street: company.street, unit: company.unit, city: company.city, state: company.state, zip: company.zip },
        },
        numbers: numbers.map((phone_number) => ({ phone_number, ...(kind ? { kind } : {}) })),
      }),
    });
    if (!answer.ok) throw new Error(`the simulator refused the company: ${await answer.text()}`);
    return company;
  }
}
