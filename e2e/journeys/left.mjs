// What is typed and not saved is there again: after a reload, the back button, and at another device.
import assert from "node:assert/strict";
import { journey } from "../support/cast.mjs";
import { fillForm, row } from "../support/port.mjs";
import { until } from "../support/stage.mjs";

const kept = (customer) => until("the form says that it is kept", async () => /^Kept as you type/.test(await customer.page.locator("[data-kept]").innerText()));

journey("a form keeps itself while somebody types, and goes on at another device", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const customer = await cast.customer();
  const { page } = customer;
  await customer.open("/numbers/ports/new");
  await fillForm(page, company);
  await customer.field("Business Name").fill(`${company.name}, half ty`);
  await kept(customer);

  await customer.reloads();
  await customer.sees(/^You typed this on .* and did not save it/);
  await customer.holds(customer.field("Business Name"), `${company.name}, half ty`);

  // Gone elsewhere without a word while something was still being typed, and back.
  await customer.field("Business Name").fill(`${company.name}, half typed`);
  await customer.open("/help");
  await customer.goesBack();
  await until("it is there again", async () => (await customer.field("Business Name").inputValue()) === `${company.name}, half typed`);

  // Another device of the same person.
  const phone = await cast.person("the same person", customer.email);
  await phone.open("/numbers/ports/new");
  await phone.holds(phone.field("Business Name"), `${company.name}, half typed`);
  await phone.field("Business Name").fill(company.name);
  await phone.press("Save and finish later");
  await phone.sees(/^Saved\./);

  // Saved: a new form is empty, wherever it is opened.
  await customer.open("/numbers/ports/new");
  await customer.holds(customer.field("Business Name"), "");
});

journey("what is typed in two windows of one form is kept twice", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const customer = await cast.customer();
  const form = (one) => one.page.locator("form[data-keep] input[name=form]").inputValue();
  await customer.open("/numbers/ports/new");
  await fillForm(customer.page, company);
  await kept(customer);
  const begun = await form(customer);
  const other = await cast.person("a second window", customer.email);
  await other.open("/numbers/ports/new");
  assert.equal(await form(other), begun);
  await other.field("Business Name").fill(`${company.name}, there`);
  await kept(other);

  await customer.field("Business Name").fill(`${company.name}, here`);
  await until("it is a form of its own", async () => ![begun, ""].includes(await form(customer)));
  await customer.open("/numbers/ports/new");
  await customer.holds(customer.field("Business Name"), `${company.name}, here`);
  await customer.open(`/numbers/ports/new?form=${begun}`);
  await customer.holds(customer.field("Business Name"), `${company.name}, there`);
});

journey("a number is looked at while one types on", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const customer = await cast.customer();
  const { page } = customer;
  await customer.open("/numbers/ports/new");
  const first = row(page, 0);
  const says = page.locator("[data-found]").first();
  await first.number.fill("+19005550100");
  await first.receiving.focus();
  await until("it cannot be ported", async () => /premium/.test(await says.innerText()));
  await first.number.fill(company.numbers[0]);
  await first.receiving.focus();
  await until("it can be ported", async () => /^Can be ported/.test(await says.innerText()));
  // The PIN is asked for exactly when a number is a mobile number.
  const why = page.getByText("the account PIN is required");
  assert.equal(await why.isVisible(), false);
  await page.getByLabel("Kind").first().selectOption("mobile");
  await why.waitFor();
  // What a known carrier wants is said beside its name.
  const wants = page.getByText("Verizon is known to want");
  assert.equal(await wants.isVisible(), false);
  await customer.field("Carrier Name").fill("Verizon Wireless");
  await wants.waitFor();
});
