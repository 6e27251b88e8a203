// The steps of a port as its people do them. Every journey that is about something else takes these on the
// way; they press what the pages offer and need no scripts in the page.
import { bill } from "./files.mjs";
import { until } from "./stage.mjs";

/** One row of the form's list of numbers. */
export function row(page, at) {
  return {
    number: page.getByLabel("Number to port", { exact: true }).nth(at),
    receiving: page.getByLabel("Receiving number", { exact: true }).nth(at),
    source: page.getByLabel(/^Tracking source \(optional\)$/).nth(at),
  };
}

const address = (page, name) => page.getByRole("group", { name });

/** The fields of the form with what belongs into them, numbers and boxes aside. */
export function fields(page, company) {
  const billing = address(page, "Billing address");
  return [
    [page.getByLabel("Carrier Name"), company.carrier],
    [page.getByLabel("First Name"), company.first],
    [page.getByLabel("Last Name"), company.last],
    [page.getByLabel("Business Name"), company.name],
    [page.getByLabel("Service Account Number"), company.account],
    ...(company.pin ? [[page.getByLabel(/^Account PIN/), company.pin]] : []),
    [billing.getByLabel("Address", { exact: true }), company.street],
    [billing.getByLabel(/^Suite or unit/), company.unit],
    [billing.getByLabel("City"), company.city],
    [billing.getByLabel("State"), company.state],
    [billing.getByLabel("Zip Code"), company.zip],
    [page.getByLabel("Full Name"), company.owner],
    [page.getByLabel("Email Address"), company.email],
  ];
}

export async function fillForm(page, company) {
  for (const [field, value] of fields(page, company)) await field.fill(value);
}

export async function fillNumbers(page, company) {
  for (const [at, number] of company.numbers.entries()) {
    const one = row(page, at);
    await one.number.fill(number);
    await one.receiving.fill(company.receiving);
    await one.source.fill(company.source);
  }
}

export function boxes(page) {
  return page.getByRole("region", { name: /Agreement/ }).getByRole("checkbox");
}

export async function agree(page) {
  for (const box of await boxes(page).all()) await box.check();
}

/** The whole form in one go, up to the letter's page. Gives the port's own address. */
export async function file(customer, company) {
  await customer.open("/numbers/ports/new");
  await fillForm(customer.page, company);
  await fillNumbers(customer.page, company);
  await agree(customer.page);
  await customer.press("Continue to Letter of Authorization");
  await customer.at(/\/letter$/);
  return customer.path.replace(/\/letter$/, "");
}

export async function sendLetter(customer) {
  await customer.press("Send LOA for Signing");
  await customer.sees(/^Sent to .*You get an email when it has been signed/);
}

/** The owner reads the letter behind the mailed link and signs it. */
export async function sign(owner, link, company, { draw = false } = {}) {
  await owner.open(link);
  await owner.heading("Please read and sign this letter");
  await owner.page.getByRole("checkbox").check();
  await owner.field("Type your full name").fill(company.owner);
  if (draw) await scribble(owner.page);
  await owner.press("Sign the letter");
  await owner.heading("Signed");
}

/** A line across the field for the drawn signature. */
export async function scribble(page) {
  const pad = page.locator("canvas");
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(0.1, 0.6));
  await page.mouse.down();
  for (const [x, y] of [[0.25, 0.2], [0.4, 0.8], [0.6, 0.3], [0.85, 0.6]]) await page.mouse.move(...at(x, y), { steps: 4 });
  await page.mouse.up();
  await until("the drawing is kept", async () => (await page.locator("input[name=drawn]").inputValue()).startsWith("data:image/png;base64,"));
}

export async function uploadBill(owner, link, company) {
  await owner.open(link);
  await owner.field("The file").setInputFiles(bill(company));
  await owner.press("Send Proof of Ownership");
  await owner.heading("Thank you, it has arrived");
}

/** Letter signed and bill uploaded by the links that the owner finds in the mailbox. */
export async function paperwork(desk, owner, company, options) {
  await sign(owner, await desk.mailedLink(company.email, /sign/i, /sign the letter/i), company, options);
  await uploadBill(owner, await desk.mailedLink(company.email, /bill|proof/i, /Upload the bill/), company);
}

/** The desk finds the port among what waits for it, accepts the proof and submits. */
export async function submit(desk, company) {
  await review(desk, company);
  await desk.press("Accept");
  await desk.sees("The proof is accepted.");
  await desk.press("Submit to the carrier");
  await desk.sees(/^Submitted\./);
}

/** Opens the check of a port from the desk's list. */
export async function review(desk, company) {
  await desk.menu(/To do/);
  const line = desk.page.getByRole("row").filter({ hasText: company.shown[0] });
  await until("the port is on the desk's list", async () => {
    if (await line.count()) return true;
    await desk.page.reload();
    return false;
  });
  await line.getByRole("link", { name: /^(Check|Open|Submit|Look|Read|Answer|Test)\b/ }).first().click();
  await desk.at(/^\/desk\/ports\//);
}

const WAY = ["Draft", "Awaiting signature", "Awaiting proof of ownership", "In review", "Submitted", "Scheduled", "Porting now", "Testing", "Completed"];

/**
 * Waits until the page of a port says that it stands here, or further on: the calendar does not wait for a slow
 * machine. What is not on the way, such as "Action required", is waited for as it is.
 */
export function stands(person, status) {
  const on = WAY.indexOf(status) < 0 ? [status] : WAY.slice(WAY.indexOf(status));
  const words = new RegExp(`^\\s*(${on.join("|")})\\s*$`);
  return person.page.getByRole("region", { name: "Where it stands" }).getByText(words).first().waitFor({ timeout: 90_000 });
}

/** The same for pages without scripts, which are reloaded. */
export function reloadsUntil(person, status) {
  const on = WAY.slice(WAY.indexOf(status));
  const words = new RegExp(`^\\s*(${on.join("|")})\\s*$`);
  return until(`the page says ${status}`, async () => {
    await person.reloads();
    return (await person.page.getByRole("region", { name: "Where it stands" }).getByText(words).count()) > 0;
  }, 90);
}

/** Records a good call for each number. */
export async function testCalls(person, port, company) {
  await person.open(`${port}/test`);
  for (const number of company.shown) {
    await person.press(/It rang in the right place/, person.part(number));
    await person.sees("Recorded: passed.");
  }
}
