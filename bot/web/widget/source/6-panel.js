/* The panel: heading, options, transcript, writing, and the way to a person. */

class Panel {
  /**
   * @param {string} id Which portal.
   * @param {object} portal What the service tells of it.
   * @param {object} acts Called back: close() when the person closes the panel, place() when it
   *   may have to open or close with the conversation.
   */
  constructor(id, portal, acts) {
    const t = reader(portal.texts);
    this.t = t;
    this.portal = portal;
    this.acts = acts;
    this.typing = 0;
    this.help = BASE + id + "/";
    this.conversation = new Conversation(id, this.events());
    this.transcript = new Transcript(
      t,
      {
        say: (said, shown) => this.say(said, shown, true),
        rate: (...rating) => this.conversation.rate(...rating),
      },
      this.help
    );
    this.composer = new Composer(t, portal.most, {
      send: (text) => this.say({ text }, text),
      warn: (sentence) => this.alert(sentence),
      changed: (text) => {
        if (text !== this.conversation.draft) {
          this.conversation.draft = text;
          this.conversation.keep();
        }
      },
    });
    this.build();
    this.begin();
    this.composer.fill(this.conversation.draft);
    this.listen();
    this.resume();
  }

  build() {
    const { t, portal, acts } = this;
    this.title = el("h2", { id: "title", tabindex: "-1" }, portal.name);
    this.options = button(
      { class: "tool", "aria-expanded": "false", "aria-controls": "options", title: t("options") },
      () => this.showOptions(this.menu.hidden),
      icon("more"),
      spoken(t("options"))
    );
    this.menu = el(
      "div",
      { class: "menu", id: "options", hidden: true },
      ...[
        ["restart", () => this.restart()],
        ["download", () => this.download()],
        ["erase", () => this.askToErase()],
      ].map(([name, act]) =>
        button({ class: "item" }, () => (this.showOptions(false), act()), t(name))
      ),
      el("a", { class: "item", href: this.help }, t("help_page"))
    );
    this.alerts = el("div", { class: "alert", id: "alert", role: "alert" });
    this.status = el("div", { class: "status", id: "status", role: "status" });
    this.people = el("section", { class: "people", id: "people", hidden: true });
    this.person = button(
      { class: "person", "aria-expanded": "false", "aria-controls": "people" },
      () => this.showPeople(this.people.hidden),
      icon("phone"),
      t("person")
    );
    this.node = el(
      "div",
      { class: "panel" },
      el(
        "div",
        { class: "head" },
        el("div", { class: "names" }, this.title, el("p", null, t("subtitle"))),
        this.options,
        button(
          { class: "tool close", title: t("close") }, () => acts.close(),
          icon("close"), spoken(t("close"))
        )
      ),
      this.menu,
      this.transcript.node,
      this.people,
      this.alerts,
      this.status,
      this.composer.node,
      el("div", { class: "foot" }, this.person, this.composer.hint)
    );
    this.node.addEventListener("keydown", (event) => this.escape(event));
    // The page sees the shadow's host as what is typed into, and would take letters for shortcuts.
    ["keydown", "keypress", "keyup", "beforeinput", "input", "paste"].forEach((type) =>
      this.node.addEventListener(type, (event) => event.stopPropagation())
    );
  }

  /** Hears what happens to the page: cut off, shown again from the browser's cache, in front again. */
  listen() {
    const { conversation } = this;
    window.addEventListener("online", () => conversation.run());
    window.addEventListener("pageshow", (event) => event.persisted && conversation.adopt());
    window.addEventListener("focus", () => conversation.follow());
    document.addEventListener("visibilitychange", () => document.hidden || conversation.follow());
  }

  /** Closes what is open, the innermost first. */
  escape(event) {
    if (event.key !== "Escape") {
      return;
    }
    event.preventDefault();
    if (!this.menu.hidden) {
      this.showOptions(false);
      this.options.focus();
    } else if (!this.people.hidden) {
      this.showPeople(false);
    } else {
      this.acts.close();
    }
  }

  showOptions(shown) {
    this.menu.hidden = !shown;
    this.options.setAttribute("aria-expanded", String(shown));
    if (shown) {
      this.menu.firstChild.focus();
    }
  }

  /* A person */

  /** Shows whom to write to or to call, on a telephone the numbers first. */
  showPeople(shown) {
    const { t, portal, people } = this;
    if (shown && !people.firstChild) {
      const byPhone = matchMedia("(pointer: coarse)").matches;
      const list = el("ul");
      portal.contacts.forEach(({ name, mailbox, phone }) => {
        const ways = [
          link("mailto:" + mailbox, mailbox),
          phone && link("tel:" + phone.replace(/[^\d+]/g, ""), phone),
        ].filter(Boolean);
        ways.forEach((way, index) => way.prepend(icon(index ? "phone" : "mail")));
        list.append(el("li", null, el("strong", null, name), ...(byPhone ? ways.reverse() : ways)));
      });
      people.append(
        el("h3", { tabindex: "-1", id: "people-title" }, t("person_title")),
        el("p", null, typeset(t("person_lead"))),
        button({ class: "choice" }, () => this.handOver(), t("person_send")),
        list
      );
      people.setAttribute("aria-labelledby", "people-title");
    }
    people.hidden = !shown;
    this.transcript.node.hidden = shown;
    this.person.setAttribute("aria-expanded", String(shown));
    this.person.replaceChildren(icon(shown ? "back" : "phone"), t(shown ? "back" : "person"));
    (shown ? people.firstChild : this.person).focus();
  }

  handOver() {
    this.showPeople(false);
    this.say({ text: this.t("person_message") }, this.t("person_message"), true);
  }

  /* What is going on */

  alert(sentence, ...buttons) {
    this.alerts.replaceChildren(...[sentence && typeset(sentence), ...buttons].filter(Boolean));
  }

  tell(sentence) {
    clearTimeout(this.typing);
    this.status.replaceChildren(typeset(sentence));
  }

  tellTyping() {
    this.tell("");
    this.typing = setTimeout(() => {
      const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
      this.status.replaceChildren(dots, this.t("typing"));
    }, 400);
  }

  events() {
    return {
      waiting: (busy) => (busy ? this.tellTyping() : this.tell("")),
      retrying: (error) => {
        const sentence = this.refusal(error);
        this.tell(sentence ? this.t("paced", { sentence }) : this.t("retrying"));
      },
      renewed: () => this.tell(this.t("renewed")),
      changed: () => this.again(),
      stuck: (error) =>
        this.tellStuck(this.refusal(error) || this.t("stuck"), () => this.conversation.run()),
      answered: (message, replies) => {
        this.tell("");
        this.alert("");
        this.transcript.replies(replies, message.id);
        if (this.conversation.queue.length) {
          this.transcript.choices.settle("");
          this.tellTyping();
        }
      },
      refused: (message, sentence) => {
        this.transcript.refuse(message.id, this.t("refused") + " " + sentence);
        this.alert(this.t("refused") + " " + sentence);
      },
    };
  }

  /** Returns what a service that was reached says; one in front of it may say nothing in French. */
  refusal(error) {
    return error instanceof Refused ? error.message || this.t("unavailable") : "";
  }

  tellStuck(sentence, retry) {
    const again = () => {
      this.alert("");
      this.composer.input.focus();
      retry();
    };
    this.alert(sentence, button({ class: "plain" }, again, this.t("retry")));
    this.transcript.toEnd();
  }

  /* Talking */

  /** Says something; what was pressed to say it is gone then, and with it the focus. */
  say(said, shown, pressed) {
    const message = this.conversation.send(said, shown);
    this.transcript.mine(shown, message.id);
    if (pressed) {
      this.focus();
    }
  }

  /** Puts the focus where people write; on a touch screen that would raise the keyboard. */
  focus() {
    const typed = matchMedia("(pointer: fine)").matches;
    (typed ? this.composer.input : this.transcript.node).focus();
  }

  restart() {
    this.conversation.reset();
    this.fresh();
  }

  fresh() {
    if (!this.people.hidden) {
      this.showPeople(false);
    }
    this.alert("");
    this.transcript.clear();
    this.composer.fill("");
    this.begin();
    this.focus();
  }

  askToErase() {
    const keep = button({ class: "plain" }, () => (this.alert(""), this.focus()), this.t("erase_no"));
    const erase = async () => {
      try {
        await this.conversation.erase();
        this.fresh();
        this.tell(this.t("erased"));
      } catch (error) {
        this.tellStuck(this.t("erase_failed"), erase);
      }
    };
    this.alert(this.t("erase_sure"), button({ class: "plain" }, erase, this.t("erase_yes")), keep);
    keep.focus();
  }
}
