/* What a tab keeps of a conversation, for its next page.
 *
 * Whoever writes leaves a mark. A page that finds another's mark was overtaken, in the back/forward
 * cache or out of the document, and must read before it writes: what is kept is the newer. */

const HOURS_KEPT = 24;

class Kept {
  constructor(key) {
    this.key = key;
    this.mark = null;
  }

  /** Returns what is kept; nothing of what is too old. */
  read() {
    let kept = this.peek();
    if (Date.now() - kept.at > HOURS_KEPT * 3600000) {
      kept = {};
      sessionStorage.removeItem(this.key);
    }
    this.mark = kept.mark || null;
    return kept;
  }

  overtaken() {
    const { mark } = this.peek();
    return Boolean(mark) && mark !== this.mark;
  }

  write(state) {
    const mark = randomId();
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ ...state, mark, at: Date.now() }));
      this.mark = mark;
    } catch (error) {
      // Without storage the conversation lasts as long as the page.
    }
  }

  peek() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) || {};
    } catch (error) {
      return {};
    }
  }
}
