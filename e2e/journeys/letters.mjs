// The letter's other ways: declined, sent again, sent to somebody else, too old, called off.
import assert from "node:assert/strict";
import { journey } from "../support/cast.mjs";
import { file, sendLetter, sign, stands } from "../support/port.mjs";
import { until } from "../support/stage.mjs";

journey("a letter is declined, goes to somebody else, and each old link is dead and says why", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const [customer, desk, owner] = await Promise.all([cast.customer(), cast.desk(), cast.owner()]);
  const port = await file(customer, company);
  await sendLetter(customer);
  const first = await desk.mailedLink(company.email, /^Please sign/, "Read and sign the letter");

  // Declining wants a reason, which the customer reads.
  await owner.open(first);
  await owner.page.getByText("I am not the owner, or I do not agree").click();
  await owner.press("I do not sign");
  await owner.focusIsOn("Why are you not signing?");
  await owner.field("Why are you not signing?").fill("I sold the company in June. Please ask Kim Lowell.");
  await owner.press("I do not sign");
  await owner.heading("You declined");
  await owner.open(first);
  await owner.heading("You declined this letter");
  await customer.open(port);
  await customer.sees(/I sold the company in June/);

  // To the next one; sent again, where both links work; then to yet another one, where only the newest does.
  const lowell = { ...company, owner: "Kim Lowell", email: `kim@lowell-${company.area}.example` };
  await customer.open(`${port}/letter`);
  await customer.field("Full name").fill(lowell.owner);
  await customer.field("Email address").fill(lowell.email);
  await sendLetter(customer);
  const second = await desk.mailedLink(lowell.email, /^Please sign/, "Read and sign the letter");
  await customer.press("Resend LOA");
  await customer.sees(/^Sent again\. The link that was sent before still works, too/);
  const third = await desk.mailedLink(lowell.email, /^Still to be signed/, /sign the letter/i);
  assert.notEqual(third, second);
  await owner.open(second);
  await owner.heading("Please read and sign this letter");
  const park = { ...company, owner: "Helen Park", email: `helen@park-${company.area}.example` };
  await customer.page.getByText("Somebody else has to sign").click();
  await customer.field("Full name").last().fill(park.owner);
  await customer.field("Email address").last().fill(park.email);
  await customer.press("Change signer and send");
  await customer.sees(`Sent to ${park.email}. You get an email when it has been signed.`);
  for (const link of [second, third]) {
    await owner.open(link);
    await owner.heading("There is a newer link");
  }
  const fourth = await desk.mailedLink(park.email, /^Please sign/, "Read and sign the letter");
  // A link that lost its end on the way.
  await owner.open(fourth.slice(0, -5));
  await owner.heading("This link does not work");
  await sign(owner, fourth, park);
  await customer.open(port);
  await stands(customer, "Awaiting proof of ownership");
});

journey("a letter that nobody signed in time is sent again", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const [customer, desk, owner] = await Promise.all([cast.customer(), cast.desk(), cast.owner()]);
  const port = await file(customer, company);
  await sendLetter(customer);
  const link = await desk.mailedLink(company.email, /^Please sign/, "Read and sign the letter");
  await until("the link is too old", async () => {
    await owner.open(link);
    return (await owner.page.getByRole("heading", { name: "This link has expired" }).count()) > 0;
  });
  await customer.open(`${port}/letter`);
  await until("the page says so", async () => {
    await customer.reloads();
    return (await customer.page.getByText(/did not sign in time/).count()) > 0;
  });
  await desk.mail(customer.email, /was not signed in time/);
  await sendLetter(customer);
}, { stage: { day: 3, env: { PORTOLAN_LINKS__SIGNATURE_DAYS: "1", PORTOLAN_LINKS__REMINDER_DAYS: "[]" } } });

journey("a port is called off before anything is at a carrier, and its link with it", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const [customer, desk, owner] = await Promise.all([cast.customer(), cast.desk(), cast.owner()]);
  const port = await file(customer, company);
  await sendLetter(customer);
  const link = await desk.mailedLink(company.email, /^Please sign/, "Read and sign the letter");
  await customer.menu("Port Numbers");
  await customer.page.getByRole("row").filter({ hasText: company.shown[0] }).locator("summary").click();
  await customer.follow("Cancel this port");
  await customer.sees(/it is called off at once/);
  await customer.follow("Keep it");
  await customer.at(port);
  await customer.open(`${port}/cancel`);
  await customer.field(/^Why do you want to cancel/).fill("We stay where we are.");
  await customer.press("Cancel this port");
  await customer.sees("The port is called off.");
  await stands(customer, "Cancelled");
  await owner.open(link);
  await owner.heading("This port was called off");
  await customer.open(`${port}/cancel`);
  await customer.sees("It can no longer be cancelled.");
});
