/* The panel's past: the conversation that this tab had before, and earlier parts of a long one. */

Object.assign(Panel.prototype, {
  /** Shows notice and greeting, which are read on demand and not announced. */
  begin() {
    const { portal, transcript, t } = this;
    const notice = el("div", { class: "notice", id: "notice" });
    notice.append(transcript.markdown(t("notice", { hours: HOURS_KEPT })));
    transcript.opening(notice, { text: portal.opening, buttons: portal.topics });
  },

  /** Shows the conversation that this tab had before. */
  async resume() {
    const { conversation, transcript } = this;
    const { generation } = conversation;
    conversation.queue.forEach(({ shown, id }) => transcript.mine(shown, id));
    let turns = [];
    try {
      turns = await conversation.resume();
    } catch (error) {
      if (generation === conversation.generation) {
        this.tellStuck(this.t("unread"), () => this.again());
      }
      return;
    }
    if (generation !== conversation.generation) {
      return;
    }
    if (turns.length) {
      transcript.clear();
      this.begin();
      transcript.choices.settle(conversation.before ? "" : turns[0].text);
      transcript.earlier(turns);
      this.oldest = turns[0].text;
      this.offerEarlier();
      conversation.queue.forEach(({ shown, id }) => transcript.mine(shown, id));
      transcript.toEnd();
    }
    this.tell("");
    conversation.run();
  },

  /** Shows the conversation anew: it went on where this page did not see it. */
  again() {
    const { composer, conversation, transcript } = this;
    const active = this.node.getRootNode().activeElement;
    const lost = active !== transcript.node && transcript.node.contains(active);
    this.alert("");
    transcript.clear();
    this.begin();
    if (composer.input.value !== conversation.draft) {
      composer.fill(conversation.draft);
    }
    if (lost) {
      this.focus();
    }
    this.acts.place();
    this.resume();
  },

  /** Offers earlier turns as long as there are any. */
  offerEarlier() {
    const { conversation, transcript } = this;
    const { more } = transcript;
    if (!conversation.before) {
      const focused = more.contains(more.getRootNode().activeElement);
      more.replaceChildren();
      if (focused) {
        transcript.node.focus();
      }
    } else if (!more.firstChild) {
      const show = async () => {
        try {
          await this.showEarlier();
        } catch (error) {
          this.alert(this.refusal(error) || this.t("earlier_failed"));
        }
      };
      more.append(button({ class: "plain" }, show, this.t("earlier")));
    }
  },

  async showEarlier() {
    const turns = await (this.reading ||= this.conversation.earlier().finally(() => {
      this.reading = null;
    }));
    if (turns.length && turns !== this.latestRead) {
      this.latestRead = turns;
      const since = this.oldest;
      this.oldest = turns[0].text;
      this.offerEarlier();
      await this.transcript.earlier(turns, since);
    }
  },

  /** Has the whole conversation as a file. */
  async download() {
    try {
      while (this.conversation.before) {
        await this.showEarlier();
      }
    } catch (error) {
      this.tellStuck(this.refusal(error) || this.t("earlier_failed"), () => this.download());
      return;
    }
    const text = this.t("file_title", { name: this.portal.name }) + "\n\n" + this.transcript.text();
    const address = URL.createObjectURL(new Blob(["\ufeff" + text], { type: "text/plain" }));
    const anchor = el("a", { href: address, download: "conversation.txt" });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
    this.options.focus();
  },
});
