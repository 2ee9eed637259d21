/* The element: a button that opens the panel over the page, or the panel as a part of the page. */

const STYLE = "/*widget.css*/";

/** Puts the style into a shadow root in the way that a strict policy allows. */
function dress(root) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch (error) {
    root.append(el("link", { rel: "stylesheet", href: BASE + "widget.css" }));
  }
}

class Assistant extends HTMLElement {
  connectedCallback() {
    if (!this.begun) {
      this.begun = true;
      this.load();
    } else if (this.panel) {
      // Moved: whatever leaves the document leaves the top layer, and is scrolled to its top.
      this.place();
      this.panel.transcript.toEnd();
    }
  }

  /** Learns what to show; where the network fails, again later and once it is back. */
  async load(tried = 0) {
    const id = this.getAttribute("portal");
    let portal = null;
    try {
      portal = await ask(BASE + id + "/chat/portal", "GET");
    } catch (error) {
      if (error instanceof Refused && !LATER.has(error.status) && !error.after) {
        // For whoever put the widget here to read, in the browser's console.
        return;
      }
      if (tried < PAUSES.length) {
        await wait(error.after || PAUSES[tried]);
        this.load(tried + 1);
      } else {
        window.addEventListener("online", () => this.load(), { once: true });
      }
      return;
    }
    if (this.isConnected) {
      this.build(id, portal);
    } else {
      this.begun = false;
    }
  }

  build(id, portal) {
    const t = reader(portal.texts);
    this.panel = new Panel(id, portal, {
      close: () => this.hide(),
      place: () => this.panel.conversation.open !== Boolean(this.shown) && this.place(),
    });
    const dialog = { class: "window", "aria-labelledby": "title", "aria-describedby": "notice" };
    // In the top layer nothing of the page lies over it, and no transformed ancestor moves it.
    const above = { popover: "manual" };
    this.launch = button(
      { class: "launch", "aria-haspopup": "dialog", ...above },
      () => this.show(),
      icon("chat"),
      t("launch")
    );
    this.float = el("div", { ...dialog, role: "dialog", ...above });
    this.modal = el("dialog", dialog);
    this.modal.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.hide();
    });
    // The keyboard of a phone takes its room from what is seen, not from the page.
    window.visualViewport?.addEventListener("resize", () => {
      const { scale, height } = window.visualViewport;
      this.modal.style.height = scale === 1 ? height + "px" : "";
    });
    this.dock = el("section", { class: "dock", "aria-labelledby": "title" });
    const places = [this.launch, this.float, this.modal, this.dock];
    // The host page may be in another language, or run from right to left.
    const page = el("div", { class: "g", lang: "fr", dir: "ltr" }, ...places);
    Object.entries(portal.colours).forEach(([name, value]) => page.style.setProperty("--" + name, value));
    // What stands here until now is not shown any more, whoever the keyboard has brought to it.
    const reached = this.contains(document.activeElement);
    const root = this.attachShadow({ mode: "open" });
    dress(root);
    root.append(page);
    this.wide = matchMedia("(min-width: 1000px) and (min-height: 500px)");
    this.small = matchMedia("(max-width: 540px), (max-height: 500px)");
    [this.wide, this.small].forEach((query) => query.addEventListener("change", () => this.place()));
    this.place();
    if (reached) {
      (this.docked() ? this.panel.options : this.launch).focus();
    }
    if (this.waiting) {
      this.begin(...this.waiting);
    }
  }

  /** Tells whether the panel is a part of the page here. */
  docked() {
    return this.hasAttribute("docked") && this.wide.matches;
  }

  /** Puts the panel where it belongs on a screen of this size. */
  place() {
    if (!this.isConnected) {
      return;
    }
    const open = this.panel.conversation.open;
    const shown = this.shown;
    const focused = this.shadowRoot.activeElement;
    const docked = this.docked();
    this.classList.toggle("docked", docked);
    this.closeWindow();
    this.dock.hidden = !docked;
    this.launch.hidden = docked;
    (docked ? this.dock : this.float).append(this.panel.node);
    if (!docked && open && (focused || shown || !this.small.matches)) {
      // A window over the whole page is not opened unasked on the next one.
      this.openWindow();
    }
    focused?.focus();
  }

  openWindow() {
    this.shown = true;
    this.launch.hidden = true;
    if (this.small.matches) {
      // Modal: what is behind can be neither seen nor reached.
      this.modal.append(this.panel.node);
      this.modal.showModal();
    } else {
      this.float.append(this.panel.node);
      this.float.hidden = false;
      this.float.togglePopover?.(true);
    }
  }

  closeWindow() {
    this.shown = false;
    this.modal.close();
    this.float.hidden = true;
    this.launch.hidden = false;
    this.launch.togglePopover?.(true);
  }

  show() {
    const active = document.activeElement;
    this.opener = active === document.body || active === this ? null : active;
    if (!this.docked()) {
      this.openWindow();
      this.remember(true);
    }
    const typed = matchMedia("(pointer: fine)").matches;
    (typed ? this.panel.composer.input : this.panel.title).focus();
    this.panel.composer.check();
  }

  hide() {
    if (this.docked()) {
      return;
    }
    this.closeWindow();
    this.remember(false);
    (this.opener || this.launch).focus();
  }

  remember(open) {
    this.panel.conversation.open = open;
    this.panel.conversation.keep();
  }

  /** Opens an article in the conversation; the page calls this. */
  ask(article, title) {
    this.begin({ article }, title);
  }

  /** Says something in the person's name; the page calls this. */
  say(text) {
    this.begin({ text }, text);
  }

  begin(said, shown) {
    if (!this.panel) {
      this.waiting = [said, shown];
    } else if (shown.trim()) {
      this.show();
      this.panel.say(said, shown, true);
    }
  }
}
