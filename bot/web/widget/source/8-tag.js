/* The script's tag: one assistant on the page, whatever becomes of the page's body. */

const NAME = "guichet-assistant";
// A page that takes it out again at once, time after time, does not want it.
const MOST_RETURNS = 5;
const AT_ONCE = 1000;

class Tag {
  constructor() {
    this.node = null;
    this.returns = 0;
    this.returned = 0;
    this.observer = new MutationObserver(() => this.look());
  }

  /** Puts the assistant of a portal into the page, once there is a page. */
  embed(portal) {
    if (this.node?.getAttribute("portal") !== portal) {
      this.node?.remove();
      this.node = el(NAME, { portal, "data-by-tag": true });
    }
    this.returns = 0;
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", () => this.look(), { once: true });
    } else {
      this.look();
    }
  }

  /** Sees to it that it is there, also after the body or what is in it was exchanged. */
  look() {
    const { body, documentElement } = document;
    [documentElement, body].filter(Boolean).forEach((node) => {
      this.observer.observe(node, { childList: true });
    });
    const { node } = this;
    if (!body || node.isConnected) {
      return;
    }
    const there = document.querySelector(NAME);
    if (there) {
      // A copy of it, from a page's snapshot; the page's own is left alone.
      if (there.hasAttribute("data-by-tag")) {
        there.replaceWith(node);
      }
      return;
    }
    this.returns = Date.now() - this.returned < AT_ONCE ? this.returns + 1 : 0;
    if (this.returns < MOST_RETURNS) {
      this.returned = Date.now();
      body.append(node);
    }
  }
}

// The tag may be run again, on the next page of an application that never leaves its first.
if (!customElements.get(NAME)) {
  Assistant.tag = new Tag();
  customElements.define(NAME, Assistant);
}
if (SCRIPT.dataset.portal) {
  customElements.get(NAME).tag?.embed(SCRIPT.dataset.portal);
}
