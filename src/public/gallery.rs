//! Every page with made-up data: for snapshots, screenshots and a look at a page without a database.

use super::views::*;
use crate::portal::views::desk::*;
use crate::portal::views::form::*;
use crate::portal::views::hooks::*;
use crate::portal::views::hosted::*;
use crate::portal::views::letter::*;
use crate::portal::views::mailbox::*;
use crate::portal::views::misc::*;
use crate::portal::views::operator::*;
use crate::portal::views::port::*;
use crate::portal::views::ports::*;
use crate::portal::views::settings::*;
use crate::portal::views::start::*;
use crate::portal::views::tickets::*;
use crate::portal::views::unplaced::*;
use crate::portal::views::welcome::*;

/// A page's name (also a file name) with its HTML, or why it could not be rendered.
pub type Page = (String, Result<String, askama::Error>);

/// All pages.
pub fn pages() -> Vec<Page> {
    let mut all: Vec<Page> = Vec::new();
    let mut add =
        |name: &str, page: &dyn askama::DynTemplate| all.push((name.to_owned(), page.dyn_render()));
    add("sign-in", &SignIn::sample());
    add("ports", &PortList::sample());
    add("ports-nothing", &PortList::sample_nothing());
    add("port", &PortPage::sample());
    add("port-stuck", &PortPage::sample_stuck());
    add("port-completed", &PortPage::sample_completed());
    add("port-new", &NewPort::sample());
    add("port-new-left", &NewPort::sample_left());
    add("port-new-refused", &NewPort::sample_refused());
    add("port-upload", &UploadReview::sample());
    add("port-upload-unmapped", &UploadReview::sample_unmapped());
    add("port-letter", &LetterPage::sample());
    add("port-letter-unsent", &LetterPage::sample_unsent());
    add("port-proof", &ProofPage::sample());
    add("port-proof-locked", &ProofPage::sample_locked());
    add("port-proof-sent", &ProofPage::sample_sent());
    add("port-notes", &NotesPage::sample());
    add("port-notes-empty", &NotesPage::sample_empty());
    add("port-fix", &FixPage::sample());
    add("port-cancel", &CancelPage::sample());
    add("port-number", &NumberPage::sample());
    add("hosted", &HostedList::sample());
    add("hosted-empty", &HostedList::sample_empty());
    add("hosted-desk", &HostedList::sample_desk());
    add("hosted-number", &HostedPage::sample());
    add("hosted-number-desk", &HostedPage::sample_desk());
    add("hosted-number-ported", &HostedPage::sample_ported());
    add("hosted-number-refused", &HostedPage::sample_refused());
    add("desk", &DeskPage::sample());
    add("desk-empty", &DeskPage::sample_empty());
    add("desk-search", &DeskPage::sample_search());
    add("desk-take", &TakePage::sample());
    add("desk-bulk", &BulkPage::sample());
    add("desk-bulk-done", &BulkPage::sample_done());
    add("desk-bulk-ask", &BulkPage::sample_ask());
    add("desk-review", &ReviewPage::sample());
    add("desk-review-ready", &ReviewPage::sample_ready());
    add("desk-tickets", &TicketList::sample());
    add("desk-tickets-empty", &TicketList::sample_empty());
    add("desk-ticket", &TicketPage::sample());
    add("desk-unplaced", &UnplacedList::sample());
    add("desk-unplaced-empty", &UnplacedList::sample_empty());
    add("desk-unplaced-mail", &UnplacedPage::sample());
    add("mailbox", &MailList::sample());
    add("mailbox-mail", &MailPage::sample());
    add("settings", &AccountPage::sample());
    add("settings-notifications", &NotificationsPage::sample());
    add("settings-user", &UserPage::sample());
    add("settings-webhook", &WebhookPage::sample());
    add("settings-delivery", &DeliveryPage::sample());
    add("settings-operator", &OperatorPage::sample());
    add("settings-mails", &MailsPage::sample());
    add("settings-mail", &MailSamplePage::sample());
    add("forgot", &ForgotPage::sample(false));
    add("forgot-asked", &ForgotPage::sample(true));
    add("welcome", &PasswordPage::sample());
    add("welcome-address", &AddressPage::sample());
    add("welcome-over", &SaidPage::sample());
    add("unsubscribe", &UnsubscribePage::sample());
    add("settings-receiving", &ReceivingPage::sample());
    add("settings-accounts", &AccountsPage::sample());
    add("port-test", &TestPage::sample());
    add("send-again", &SendAgain::sample(true));
    add("send-again-signed-out", &SendAgain::sample(false));
    add("settings-users", &UsersPage::sample());
    add("settings-keys", &KeysPage::sample());
    add("settings-webhooks", &WebhooksPage::sample());
    add("help", &HelpPage::sample());
    add("start", &StartPage::sample());
    add("start-checklist", &ChecklistPage::sample());
    add("styleguide", &StyleGuide::sample());
    for status in [403, 404, 409, 413, 419, 429, 500, 503] {
        add(&format!("error-{status}"), &ErrorPage::sample(status));
    }
    add("public-sign", &SignPage::sample());
    add("public-sign-refused", &SignPage::sample_refused());
    add("public-upload", &UploadPage::sample());
    add("public-upload-refused", &UploadPage::sample_refused());
    let shell = PublicShell::sample("");
    let (product, asker) = (shell.product.as_str(), "Dana Whitfield of Harbor Dental");
    add(
        "public-signed",
        &DonePage::signed(
            product,
            "Ana Ruiz",
            "/s/sample/letter.pdf",
            Some("/u/sample"),
            shell.support.clone(),
        ),
    );
    add(
        "public-declined",
        &DonePage::declined(product, asker, shell.support.clone()),
    );
    add(
        "public-uploaded",
        &DonePage::uploaded(product, "/u/sample", shell.support.clone()),
    );
    for trouble in LinkTrouble::all() {
        add(
            &format!("public-{}", trouble.word()),
            &trouble.page(product, asker, shell.support.clone()),
        );
    }
    all
}
