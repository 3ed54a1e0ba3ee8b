package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.ForwardPass;
import io.hunyuan4j.core.RoutingPolicy;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.kernels.FloatMatrix;

/**
 * A session with the logits behind its last token, and maybe guessed tokens that it has read ahead,
 * with the logits behind each of them.
 */
final class Lookahead {
  private final ForwardPass pass;
  private final SessionReader reader;
  private final Session session;
  private final Drafter drafter;
  private final int most; // guesses at once
  private int wanted; // guesses next time: twice as many after all were right
  private FloatMatrix logits;
  private int[] guesses = Drafter.NOTHING;
  private int right; // of the guesses, and so the row of the logits
  private final int[] single = new int[1];

  /** Begins with logits {@code [1, vocabSize]} behind the tokens of a session. */
  Lookahead(
      ForwardPass pass,
      SessionReader reader,
      Session session,
      Drafter drafter,
      int most,
      FloatMatrix logits) {
    this.pass = pass;
    this.reader = reader;
    this.session = session;
    this.drafter = drafter;
    this.most = mayGuess(session) ? most : 0;
    this.wanted = Math.min(2, this.most);
    this.logits = logits;
  }

  private static boolean mayGuess(Session session) {
    return switch (session.options().routing()) {
      case RoutingPolicy.Dropless() -> true;
      case RoutingPolicy.Drop _, RoutingPolicy.Recycle _ -> false;
    };
  }

  FloatMatrix logits() {
    return logits;
  }

  /** The row of the logits that are behind the last token. */
  int row() {
    return right;
  }

  /**
   * Takes the next token of the text; false if the session has not read it, which then holds no
   * guesses either.
   */
  boolean take(int token) {
    drafter.add(token);
    if (right < guesses.length && guesses[right] == token) {
      right++;
      return true;
    }
    forgetWrong();
    return false;
  }

  /**
   * Reads a token that it has not read, and guesses of what follows.
   *
   * @param useful how many tokens more may follow; of what cannot be used nothing is guessed
   */
  void read(int token, int useful) {
    single[0] = token;
    if (session.remaining() == 0) {
      logits = reader.read(single);
      return;
    }
    int count = Math.min(wanted, Math.min(useful, session.remaining() - 1));
    int[] proposed = count > 0 ? drafter.propose(count) : Drafter.NOTHING;
    int[] tokens = proposed.length == 0 ? single : withToken(token, proposed);
    logits = pass.run(tokens, session, tokens.length);
    guesses = proposed;
  }

  private static int[] withToken(int token, int[] following) {
    int[] tokens = new int[1 + following.length];
    tokens[0] = token;
    System.arraycopy(following, 0, tokens, 1, following.length);
    return tokens;
  }

  /** Forgets guesses that the text has not confirmed; the session then holds only what it has. */
  void forgetWrong() {
    int wrong = guesses.length - right;
    if (wrong > 0) {
      session.truncate(session.position() - wrong);
      wanted = Math.max(1, right);
    } else if (guesses.length > 0) {
      wanted = Math.min(most, 2 * wanted);
    }
    guesses = Drafter.NOTHING;
    right = 0;
  }
}
