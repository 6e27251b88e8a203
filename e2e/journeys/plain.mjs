// The same without scripts: everything works but drawing a signature and pages that keep themselves up to date.
import assert from "node:assert/strict";
import { journey } from "../support/cast.mjs";
import { csv } from "../support/files.mjs";
import { agree, fillForm, paperwork, reloadsUntil, row, sendLetter, submit, testCalls } from "../support/port.mjs";
import { until } from "../support/stage.mjs";

journey("without scripts a port goes from the form to completed", async (cast) => {
  const company = await cast.stage.company({ count: 4 });
  const [customer, desk, owner] = await Promise.all([cast.customer(), cast.desk(), cast.owner()]);
  const { page } = customer;
  assert.equal(await page.evaluate("1").catch(() => 1), 1);
  await customer.menu("Port Numbers");
  await customer.heading("Port New Numbers");
  assert.equal(await page.locator("html.js").count(), 0, "no script ran");

  // The button is a button; the server looks at the boxes.
  await customer.press("Continue to Letter of Authorization");
  await customer.sees(/things need another look/);
  await customer.sees(/Read the statements and tick each box/);
  await fillForm(page, company);
  await row(page, 0).number.fill(company.numbers[0]);
  await row(page, 0).receiving.fill(company.receiving);
  await customer.press("Add number");
  await until("a fourth row", async () => (await page.getByLabel("Number to port", { exact: true }).count()) === 4);
  await customer.holds(customer.field("Business Name"), company.name);
  await page.getByText(/^Port Multiple Numbers/).click();
  await customer.field(/^One number per line/).fill(`${company.numbers[1]}\n${company.numbers[1].replace(/(\d{4})$/, "-$1")}`);
  await customer.field(/^Receiving number for all of them/).fill(company.receiving);
  await customer.press("Add these numbers");
  await customer.sees(/dashes/);
  await customer.field(/^One number per line/).fill("");
  await customer.field(/^CSV or Excel file/).setInputFiles(csv("numbers.csv", [["Number", "Receiving Number"], ...company.numbers.slice(2).map((one) => [one, company.receiving])]));
  await customer.press("Upload and review");
  await customer.heading("2 numbers are good");
  await customer.press("Add 2 numbers");
  await customer.sees("2 numbers were added.");
  await agree(page);
  await customer.press("Continue to Letter of Authorization");
  await customer.at(/\/letter$/);
  const port = customer.path.replace(/\/letter$/, "");
  await sendLetter(customer);
  await paperwork(desk, owner, company);
  await submit(desk, company);
  await customer.open(port);
  await reloadsUntil(customer, "Scheduled");
  await reloadsUntil(customer, "Testing");
  await testCalls(customer, port, company);
  await desk.menu("Settings");
  await desk.follow("Accounts");
  await customer.open(port);
  await desk.page.getByRole("row").filter({ has: desk.page.getByText(customer.account, { exact: true }) }).getByRole("button", { name: /Mark as approved/ }).click();
  await reloadsUntil(customer, "Completed");
  await customer.sees("You can now cancel your old service.");
}, { context: { javaScriptEnabled: false } });
