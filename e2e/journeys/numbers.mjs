// Many numbers: line by line, from a CSV file, from an Excel workbook; and what is wrong with them.
import assert from "node:assert/strict";
import { journey } from "../support/cast.mjs";
import { csv, xlsx } from "../support/files.mjs";
import { agree, fillForm, row } from "../support/port.mjs";
import { until } from "../support/stage.mjs";

const number = (company, line) => `+1${company.area}55501${line}`;

journey("numbers come one by one, by Manual Add, from a CSV file and from a workbook", async (cast) => {
  const company = await cast.stage.company({ count: 9 });
  const customer = await cast.customer();
  const { page } = customer;
  await customer.open("/numbers/ports/new");
  await fillForm(page, company);

  // One more row than there was, with the focus in it.
  const rows = () => page.getByLabel("Number to port", { exact: true });
  const before = await rows().count();
  await customer.press("Add number");
  await until("a row was added", async () => (await rows().count()) === before + 1);
  await rows().last().fill(number(company, 10));
  await row(page, before).receiving.fill(company.receiving);

  // Manual Add: good lines become rows, bad ones stay with what is wrong.
  await page.getByText(/^Port Multiple Numbers/).click();
  const lines = customer.field(/^One number per line/);
  await lines.fill([number(company, 11), `+1-${company.area}-555-0112`, `${company.area}5550113`, "", number(company, 11), `+1${company.area}9110114`].join("\n"));
  await customer.field(/^Receiving number for all of them/).fill(company.receiving);
  await customer.press("Add these numbers");
  await customer.focusIsOn(/^One number per line/);
  const bad = page.getByRole("listitem").filter({ hasText: /^Line / });
  await bad.first().waitFor();
  const said = await bad.allTextContents();
  assert.equal(said.length, 4, said.join("\n"));
  assert.match(said[0], /Line 2.*dashes/);
  assert.match(said[1], /Line 3.*country code/);
  assert.match(said[2], /Line 5/);
  assert.match(said[3], /Line 6.*service code/);
  assert.equal(await rows().count(), 2, "empty rows went, good lines came");
  await customer.press("Clean up formatting");
  await until("the lines are clean", async () => (await lines.inputValue()).startsWith(`${number(company, 12)}\n${number(company, 13)}\n`));
  await lines.fill(`${number(company, 12)}\n${number(company, 13)}`);
  await customer.press("Add these numbers");
  await until("four rows", async () => (await rows().count()) === 4);

  // A file that is no list; then one whose columns have names that nobody knows.
  const multiple = page.getByText(/^Port Multiple Numbers/);
  const choose = async (file) => {
    if (!(await customer.field(/^CSV or Excel file/).isVisible())) await multiple.click();
    await customer.field(/^CSV or Excel file/).setInputFiles(file);
    await customer.press("Upload and review");
  };
  await choose({ name: "numbers.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 no list") });
  await customer.sees(/not a table/);
  await customer.focusIsOn(/^CSV or Excel file/);
  await choose(csv("from-marketing.csv", [
    ["What", "Old line", "Goes to", "Seen on"],
    ["front", number(company, 14), company.receiving, "Radio"],
    ["back", number(company, 15), company.receiving, "TV"],
    ["short", `+1${company.area}555`, company.receiving, ""],
  ]));
  await customer.heading("Review the list");
  const column = (name) => customer.field(name);
  await column("Old line").selectOption({ label: "Tracking Number to Port" });
  await column("Goes to").selectOption({ label: "Ignore this column" }).catch(() => column("Goes to").selectOption({ index: 6 }));
  await customer.press("Read the list again");
  await customer.sees(/Choose the column for Receiving Number/);
  assert.equal(await customer.button(/^Add 0/).isDisabled(), true);
  await column("Goes to").selectOption({ label: "Receiving Number" });
  await column("Seen on").selectOption({ label: "Tracking Source" });
  await customer.press("Read the list again");
  await customer.heading("2 numbers are good");
  await customer.heading("1 row needs correcting");
  // A reload asks again for the meaning of the columns, and loses no row.
  await customer.press("Add 2 numbers");
  await customer.sees("2 numbers were added; 1 row was left out.");
  await until("six rows", async () => (await rows().count()) === 6);

  // A workbook with headings that speak for themselves.
  await choose(xlsx("numbers.xlsx", [
    ["Tracking Number to Port", "Receiving Number", "Tracking Source"],
    [number(company, 16), company.receiving, "Yard signs"],
    [number(company, 17), company.receiving, "Yard signs"],
    [number(company, 18), company.receiving, "Direct mail"],
  ]));
  await customer.heading("3 numbers are good");
  await customer.goesBack();
  await customer.at(/\/edit$/);
  await page.goForward();
  await customer.heading("3 numbers are good");
  await customer.press("Add 3 numbers");
  await until("nine rows", async () => (await rows().count()) === 9);
  const numbers = await Promise.all((await rows().all()).map((field) => field.inputValue()));
  assert.deepEqual(numbers.sort(), company.numbers);

  // What was typed before the lists came is still there, and the letter can be made.
  await customer.holds(customer.field("Business Name"), company.name);
  await customer.reloads();
  await customer.holds(customer.field("Business Name"), company.name);
  await agree(page);
  await customer.press("Continue to Letter of Authorization");
  await customer.at(/\/letter$/);
});

journey("a Twilio account is asked for its Account SID, and a PIN may be left out", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const customer = await cast.customer();
  const { page } = customer;
  await customer.open("/numbers/ports/new");
  const sid = customer.field(/^Twilio Account SID/);
  assert.equal(await sid.isVisible(), false);
  await customer.field("Carrier Name").fill("Twilio Inc.");
  await sid.waitFor();
  await customer.sees(/It helps a smoother transfer/);
  await sid.fill("not a SID");
  await fillForm(page, { ...company, carrier: "Twilio Inc." });
  await row(page, 0).number.fill(company.numbers[0]);
  await row(page, 0).receiving.fill(company.receiving);
  await agree(page);
  await customer.press("Continue to Letter of Authorization");
  await customer.focusIsOn(/^Twilio Account SID/);
  // It may be left out; a carrier that is not Twilio is not asked at all.
  await sid.fill("");
  await customer.field("Carrier Name").fill(company.carrier);
  await until("the field is gone again", async () => !(await sid.isVisible()));
  await customer.press("Continue to Letter of Authorization");
  await customer.at(/\/letter$/);
});
