// A number that texts here while its calls stay where they are.
import assert from "node:assert/strict";
import { journey } from "../support/cast.mjs";

journey("a number is hosted: texts here, calls stay with their provider", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const [customer, desk] = await Promise.all([cast.customer(), cast.desk()]);
  const [shown] = company.shown;

  // From "only texts" to the form.
  await customer.menu("Before you start");
  await customer.follow("Only texts");
  await customer.follow("Ask for a hosted number");
  await customer.at("/numbers/hosted");
  await customer.heading("No hosted numbers yet");
  await customer.field("Number").fill("+44 20 7183 8750");
  await customer.press("Ask for this number");
  await customer.sees(/is not a number of the US or Canada/);
  await customer.focusIsOn("Number");
  await customer.holds(customer.field("Number"), "+44 20 7183 8750");
  await customer.field("Who provides its calls").fill(company.carrier);
  // What the number itself does not tell, its owner does.
  await customer.field("Number").fill(company.numbers[0]);
  await customer.field("Kind of line").selectOption("Mobile");
  await customer.press("Ask for this number");
  await customer.sees(/is a mobile number/);
  await customer.holds(customer.field("Who provides its calls"), company.carrier);
  await customer.field("Kind of line").selectOption("Landline or internet line");
  await customer.field(/^What the number is for/).fill("Front desk");
  await customer.press("Ask for this number");
  await customer.sees(/^We have your request/);
  await customer.at(/^\/numbers\/hosted\/hosted_/);
  const hosted = customer.path;

  // The desk sees it wait. A US local number has no texts before its account's campaign is approved.
  await desk.menu(/^Hosted Numbers/);
  await desk.follow(shown);
  await desk.sees(/^Waits for A2P 10DLC/);
  assert.equal(await desk.button("Turn texts on").count(), 0);
  await desk.menu("Settings");
  await desk.follow("Accounts");
  await desk.page.getByRole("row").filter({ has: desk.page.getByText(customer.account, { exact: true }) }).getByRole("button", { name: /Mark as approved/ }).click();
  await desk.open(hosted);
  await desk.press("Turn texts on");
  await desk.sees(/texts are on/);

  // Its calls are refused in words, with the way out beside them.
  await customer.reloads();
  const texts = customer.part("Texts");
  await customer.sees(/^On since/, texts);
  const calls = customer.part("Calls");
  await customer.sees(`Calls stay with ${company.carrier}.`, calls);
  await customer.field(/^Where calls should ring/, calls).fill(company.receiving);
  await customer.press("Route calls here", calls);
  await customer.sees(`Calls to ${shown} stay with ${company.carrier}: it is a hosted number, which only texts here. Port the number to route its calls here.`);
  await customer.holds(customer.field(/^Where calls should ring/), company.receiving);
  await customer.follow("Port this number instead");
  await customer.at("/numbers/ports/new");

  const mail = await desk.mail(customer.email, `Texts are on for your hosted number ${shown}`);
  await mail.getByText(`Calls stay with ${company.carrier}`).waitFor();
});
