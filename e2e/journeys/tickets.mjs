// A question to support: asked on the help page, answered by the desk, and answered back by mail.
import { journey } from "../support/cast.mjs";
import { until } from "../support/stage.mjs";

journey("a question becomes a ticket, and the answer comes by mail", async (cast) => {
  const [customer, desk] = await Promise.all([cast.customer(), cast.desk()]);
  const subject = `Which bill for ${customer.account} on a ${cast.size}?`;
  await customer.menu("Help");
  await customer.press("Send the question");
  await customer.focusIsOn("What it is about");
  await customer.field("What it is about").fill(subject);
  await customer.press("Send the question");
  await customer.focusIsOn("Your question");
  await customer.holds(customer.field("What it is about"), subject);
  await customer.field("Your question").fill("Ours comes every two months.");
  await customer.press("Send the question");
  await customer.sees(/We have your question: ticket #\d+\. The answer comes by mail\./);
  await desk.mail(customer.email, /^We have your question/);

  await desk.open("/desk");
  await desk.menu(/^Tickets/);
  await desk.follow(subject);
  await desk.sees("Ours comes every two months.");
  await desk.press("Send the answer");
  await desk.focusIsOn("Your answer");
  await desk.field("Your answer").fill("The latest one that shows the number.");
  await desk.press("Send the answer");
  await desk.sees(`The answer goes to ${customer.email} by mail.`);

  // The mailbox stands for the customer's mail program.
  await desk.mail(customer.email, /^Re: Which bill/);
  await desk.field("The answer").fill("Then it is September's.");
  await desk.press("Send the answer");
  await desk.heading(subject);
  await until("the answer is in the ticket", async () => (await desk.page.locator(".note").count()) === 3);
  await desk.reloads();
  await desk.press("Close without an answer");
  await desk.sees("The ticket is closed.");
  await desk.goesBack();
  await desk.reloads();
  await desk.press("Open it again");
  await desk.sees("The ticket waits for us again.");
});
