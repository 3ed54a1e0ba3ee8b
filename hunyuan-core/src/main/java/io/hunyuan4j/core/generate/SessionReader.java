package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.generate.ContextOverflow.Slide;
import io.hunyuan4j.core.generate.ContextOverflow.Stop;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.Arrays;

/** Reads tokens into a session, piece by piece, and makes room where they do not fit. */
final class SessionReader {
  private final LanguageModel model;
  private final Session session;
  private final GenerationOptions options;

  SessionReader(LanguageModel model, Session session, GenerationOptions options) {
    this.model = model;
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

  /**
   * Takes from the prefix cache what it knows of {@code tokens}, and what is left of the others
   * after sliding.
   */
  Rest begin(int[] tokens) {
    int[] rest = tokens.length > session.remaining() ? slide(tokens) : tokens;
    int known = session.reuse(rest);
    return new Rest(known, known == 0 ? rest : Arrays.copyOfRange(rest, known, rest.length));
  }

  /**
   * Tokens that the model has to run.
   *
   * @param known how many before them came from the prefix cache
   */
  record Rest(int known, int[] tokens) {}

  /** Runs them; the logits of the last one. */
  FloatMatrix read(Rest rest) {
    int[] tokens = rest.tokens();
    int done = 0;
    for (; tokens.length - done > options.chunk(); done += options.chunk()) {
      model.forward(Arrays.copyOfRange(tokens, done, done + options.chunk()), session, 0);
    }
    return model.forward(Arrays.copyOfRange(tokens, done, tokens.length), session, 1);
  }

  /** Drops what has to go; the tokens that come after what is left of the session then. */
  private int[] slide(int[] more) {
    Slide slide =
        switch (options.overflow()) {
          case Slide s -> s;
          case Stop() -> throw new IllegalStateException("a full session was to take more tokens");
        };
    int[] before = session.tokens();
    int[] all = Arrays.copyOf(before, before.length + more.length);
    System.arraycopy(more, 0, all, before.length, more.length);
    int[] kept = slide.kept(all, session.options().capacity());
    int same = Arrays.mismatch(before, kept);
    session.truncate(Math.min(same < 0 ? before.length : same, kept.length - 1));
    return Arrays.copyOfRange(kept, session.position(), kept.length);
  }
}
