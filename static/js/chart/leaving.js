// Signing out with something unsent: it goes first; what cannot go stays here, sealed, and that is
// said.
const PATIENCE = 15000; // a slow line is waited for, with a word after a second

export class Leaving {
  constructor(outbox, ask, commit) {
    this.outbox = outbox;
    this.ask = ask;
    this.commit = commit; // what stands in the fields becomes edits
    for (const form of document.querySelectorAll("form[data-log-out]")) {
      form.addEventListener("submit", (event) => {
        if (this.leaving) return;
        event.preventDefault();
        this.leave(form);
      });
    }
  }

  async leave(form) {
    await new Promise((done) => setTimeout(done)); // a form cannot be sent anew while its event is under way
    this.commit();
    const began = Date.now(), late = () => Date.now() - began;
    let said = false;
    while (this.outbox.waiting && late() < PATIENCE && !["offline", "login", "error"].includes(this.outbox.status)) {
      await new Promise((done) => setTimeout(done, 50));
      if (!said && late() > 1000) said = !this.ask.tell("Sending what was changed, then you are signed out.");
    }
    const left = this.outbox.pending.length;
    this.leaving = !left || (await this.agreed(left));
    if (this.leaving) form.requestSubmit();
  }

  agreed(left) {
    const changes = left === 1 ? "1 change is" : `${left} changes are`;
    return this.ask.choose(`${changes} not sent yet`, [
      { label: "Stay", note: "They are sent as soon as the server can be reached.", value: false },
      { label: "Sign out all the same", note: "They stay on this device, sealed, and go when you sign in here again.", value: true },
    ]);
  }
}
