package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.ForwardPass;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.generate.ContextOverflow.Slide;
import io.hunyuan4j.core.generate.ContextOverflow.Stop;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** Reads tokens into a session, piece by piece, and makes room where they do not fit. */
final class SessionReader {
  private final ForwardPass pass;
  private final Session session;
  private final GenerationOptions options;
  private int known;
  private boolean hasSlid;

  SessionReader(ForwardPass pass, Session session, GenerationOptions options) {
    this.pass = pass;
    this.session = session;
    this.options = options;
  }

  /**
   * That a prompt can be read.
   *
   * @throws IllegalArgumentException if it is empty or does not fit, or the session cannot slide
   */
  void check(int[] prompt) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("the prompt has no tokens");
    }
    switch (options.overflow()) {
      case Stop() -> {
        if (prompt.length > session.remaining()) {
          throw new IllegalArgumentException(
              "a prompt of %d tokens does not fit in the %d that the session has left"
                  .formatted(prompt.length, session.remaining()));
        }
      }
      case Slide slide -> slide.checkRoom(session.options().capacity());
    }
  }

  /** Whether a token more would go in. */
  boolean hasRoom() {
    return session.remaining() > 0
        || switch (options.overflow()) {
          case Stop() -> false;
          case Slide _ -> true;
        };
  }

  /** Whether the session has lost some of what it held. */
  boolean hasSlid() {
    return hasSlid;
  }

  /** Tokens of what was read that came from the prefix cache. */
  int known() {
    return known;
  }

  /** Reads tokens, after sliding where they do not fit; the logits of the last one. */
  FloatMatrix read(int[] tokens) {
    return read(tokens, _ -> {});
  }

  /**
   * The same, telling after each pass how many tokens are left to be read. Before each piece it
   * asks the prefix cache, which others may have filled meanwhile.
   */
  FloatMatrix read(int[] tokens, IntConsumer left) {
    int[] rest = tokens.length > session.remaining() ? slide(tokens) : tokens;
    while (true) {
      int reused = session.reuse(rest);
      known += reused;
      int end = reused + Math.min(rest.length - reused, options.chunk());
      int[] piece = Arrays.copyOfRange(rest, reused, end);
      boolean isLast = end == rest.length;
      FloatMatrix logits = pass.run(piece, session, isLast ? 1 : 0);
      left.accept(rest.length - end);
      if (isLast) {
        return logits;
      }
      rest = Arrays.copyOfRange(rest, end, rest.length);
    }
  }

  /** Drops what has to go; the tokens that come after what is left of the session then. */
  private int[] slide(int[] more) {
    Slide slide =
        switch (options.overflow()) {
          case Slide s -> s;
          case Stop() -> throw new IllegalStateException("a full session was to take more tokens");
        };
    hasSlid = true;
    int[] before = session.tokens();
    int[] all = Arrays.copyOf(before, before.length + more.length);
    System.arraycopy(more, 0, all, before.length, more.length);
    int[] kept = slide.kept(all, session.options().capacity());
    int same = Arrays.mismatch(before, kept);
    session.truncate(Math.min(same < 0 ? before.length : same, kept.length - 1));
    return Arrays.copyOfRange(kept, session.position(), kept.length);
  }
}
