// What goes wrong at a carrier or with a document, and how its people mend it.
import assert from "node:assert/strict";
import { journey } from "../support/cast.mjs";
import { bill } from "../support/files.mjs";
import { file, paperwork, review, sendLetter, stands, submit } from "../support/port.mjs";
import { until } from "../support/stage.mjs";

/** Files with something wrong in it, and waits for the losing provider's no. */
async function rejected(cast, company, typed) {
  const [customer, desk, owner] = await Promise.all([cast.customer(), cast.desk(), cast.owner()]);
  const port = await file(customer, { ...company, ...typed });
  await sendLetter(customer);
  await paperwork(desk, owner, company);
  await submit(desk, company);
  await customer.open(port);
  await stands(customer, "Action required");
  return { customer, desk, owner, port };
}

journey("a wrong account number is a question, and the letter stays good", async (cast) => {
  const company = await cast.stage.company({ count: 2 });
  const { customer, desk, port } = await rejected(cast, company, { account: "NLT-9999-0000" });
  await desk.mail(customer.email, /^Action required/);
  await customer.follow("Answer the question");
  await customer.at(`${port}/answer`);
  await customer.sees("The letter does not have to be signed again.");
  // Blank is no answer; a reload keeps the question.
  await customer.press("Send the correction");
  await customer.focusIsOn(/account number/i);
  await customer.open(`${port}/answer`);
  await customer.reloads();
  await customer.field(/account number/i).fill(company.account);
  await customer.press("Send the correction");
  await customer.at(port);
  await stands(customer, "Scheduled");
});

journey("an address that is printed on the letter is mended, and the letter signed again", async (cast) => {
  const company = await cast.stage.company({ count: 1, provider: "granite", carrier: "Granite State Bell" });
  const { customer, desk, owner, port } = await rejected(cast, company, { street: `${company.street.replace(/^\d+/, "999")}` });
  await customer.follow("Answer the question");
  await customer.sees(/The letter may have to be signed again/);
  await customer.field("Address", customer.page.getByRole("main")).or(customer.field(/street|^Address$/i)).first().fill(company.street);
  await customer.press("Send the correction");
  await customer.sees(/The letter was sent to be signed again.*We send the correction as soon as it is signed/);
  // Another letter, another link.
  const link = await until("the newest letter", async () => {
    const found = await desk.mailedLink(company.email, /^Please sign/, "Read and sign the letter");
    await owner.open(found);
    return (await owner.page.getByRole("heading", { name: "Please read and sign this letter" }).count()) ? found : null;
  });
  assert.ok(link);
  await owner.page.getByRole("checkbox").check();
  await owner.field("Type your full name").fill(company.owner);
  await owner.press("Sign the letter");
  await owner.heading("Signed");
  // Nothing more is to be pressed: the signature sends the correction.
  await customer.open(port);
  await stands(customer, "Scheduled");
});

journey("a proof is refused with a reason, and another one sent from the list's Send", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const [customer, desk, owner] = await Promise.all([cast.customer(), cast.desk(), cast.owner()]);
  const port = await file(customer, company);
  await sendLetter(customer);
  await paperwork(desk, owner, company);
  await review(desk, company);
  await desk.page.getByText("Refuse it", { exact: true }).click();
  await desk.press("Refuse and ask for another");
  await desk.focusIsOn(/^Why, in words for the customer/);
  await desk.field(/^Why, in words for the customer/).fill("The bill is from June. Please send the latest one.");
  await desk.press("Refuse and ask for another");
  await desk.sees(/the customer is asked for another one/);
  await desk.mail(customer.email, /^Another proof of ownership is needed/);

  await customer.menu("Port Numbers");
  const line = customer.page.getByRole("row").filter({ hasText: company.shown[0] });
  await customer.follow("Send", line);
  await customer.at(`${port}/proof`);
  await customer.sees("The bill is from June. Please send the latest one.");
  await customer.field(/^Screenshot/).check();
  await customer.field("The file").setInputFiles({ ...bill(company), name: "latest.pdf" });
  await customer.press("Send Proof of Ownership");
  await customer.sees("Thank you, it has arrived.");
  await customer.follow("Leave a comment in the notes");
  await customer.at(`${port}/notes`);
  await customer.goesBack();
  await customer.sees("Thank you, it has arrived.");
  await customer.sees(/^latest\.pdf/);
  await desk.open(port.replace("/numbers/ports/", "/desk/ports/"));
  await desk.press("Accept");
  await desk.sees("The proof is accepted.");
});

journey("a number that is a receiving number blocks its port until it is removed", async (cast) => {
  const company = await cast.stage.company({ count: 1 });
  const customer = await cast.customer();
  const [number] = company.shown;
  await customer.menu("Settings");
  await customer.follow("Receiving numbers");
  await customer.field("Number", customer.part("Add a receiving number")).fill("404");
  await customer.press("Add", customer.part("Add a receiving number"));
  await customer.focusIsOn("Number");
  await customer.field("Number", customer.part("Add a receiving number")).fill(company.numbers[0]);
  await customer.press("Add", customer.part("Add a receiving number"));
  await customer.sees(`${number} was added.`);

  const port = await file(customer, company);
  await customer.menu("Port Numbers");
  const line = customer.page.getByRole("row").filter({ hasText: number });
  await customer.sees(/already set up as a receiving number in this account/, line);
  await customer.follow("To the receiving numbers", line);
  await customer.press(`Remove ${number}`);
  await customer.sees(/is no longer a receiving number/);
  await customer.open(port);
  await customer.seesNot(/already set up as a receiving number/);
});

journey("a port that is at the carrier is called off, and the customer hears of it", async (cast) => {
  const company = await cast.stage.company({ count: 1, provider: "harbor", carrier: "Harbor Communications" });
  const [customer, desk, owner] = await Promise.all([cast.customer(), cast.desk(), cast.owner()]);
  const port = await file(customer, company);
  await sendLetter(customer);
  await paperwork(desk, owner, company);
  await submit(desk, company);
  await customer.open(port);
  await stands(customer, "Submitted");
  await customer.open(`${port}/cancel`);
  await customer.sees(/We ask the gaining carrier to cancel/);
  await customer.field(/^Why do you want to cancel/).fill("We stay where we are.");
  await customer.press("Cancel this port");
  await customer.sees(/^The carrier has been asked to cancel/);
  await stands(customer, "Cancelled");
  await desk.mail(customer.email, /^Cancelled/);
});
