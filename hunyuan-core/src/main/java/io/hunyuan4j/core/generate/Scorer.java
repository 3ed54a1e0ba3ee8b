package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.ForwardPass;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Finds how probable given tokens are to a model, without generating any.
 *
 * <p>Log-probabilities are those of {@link Logprobs}: of the model's own distribution, the same
 * bits on every machine, in whatever pieces and company the tokens are run. Only under a {@link
 * io.hunyuan4j.core.RoutingPolicy} with a capacity do the pieces matter.
 */
public final class Scorer {
  /** Bytes of logits that a pass makes at most, unless a single row has more. */
  private static final long MOST_LOGIT_BYTES = 32L << 20;

  private final LanguageModel model;
  private final ForwardPass pass;
  private final GenerationOptions reading;
  private final int mostRows; // of logits in a pass

  /** A scorer for any number of sessions of one model. */
  public Scorer(LanguageModel model) {
    this(model, model::forward);
  }

  /** A scorer whose forward passes go another way, such as a seat of a scheduler. */
  public Scorer(LanguageModel model, ForwardPass pass) {
    this(model, pass, GenerationOptions.DEFAULT_CHUNK, MOST_LOGIT_BYTES);
  }

  /** The same with other bounds for the tokens and the logits of a pass. */
  Scorer(LanguageModel model, ForwardPass pass, int chunk, long mostLogitBytes) {
    this.model = model;
    this.pass = pass;
    this.reading = new GenerationOptions(0, SamplingOptions.greedy(), Set.of(), chunk);
    long rowBytes = (long) Float.BYTES * model.shape().vocabSize();
    this.mostRows = (int) Math.clamp(mostLogitBytes / rowBytes, 1, chunk);
  }

  /**
   * Runs the prompt after what is already in the session, once, and scores every token of every
   * continuation given all that stands before it. The continuations run in forks, many in one pass.
   * What a {@link io.hunyuan4j.core.PrefixCache} of the session knows of the prompt is not run.
   *
   * <p>Afterwards the session holds the prompt; if this throws, what it held before. Statistics and
   * an observer of the session are told of the prompt only.
   *
   * @param prompt at least one token
   * @param continuations at least one token each
   * @return for each continuation, in order, its tokens' scores
   * @throws IllegalArgumentException if the prompt or a continuation is empty, they do not fit the
   *     session (the last token of a continuation needs no place), or a token is not in the
   *     vocabulary
   * @throws CancellationException if it is cancelled, which is heard within one layer
   */
  public List<List<TokenScore>> score(
      int[] prompt, Session session, List<int[]> continuations, Cancellation cancellation) {
    SessionReader reader = new SessionReader(pass, session, reading);
    reader.check(prompt);
    check(prompt, session, continuations);
    int start = session.position();
    boolean complete = false;
    session.stopWhen(cancellation);
    try {
      if (cancellation.isCancelled()) {
        throw new CancellationException("the scoring was cancelled");
      }
      pass.awaitTurn(session);
      Logprobs logprobs = new Logprobs(model.shape().vocabSize());
      FloatMatrix logits = reader.read(prompt);
      List<List<TokenScore>> scores = new ArrayList<>();
      for (int[] continuation : continuations) {
        List<TokenScore> first = new ArrayList<>();
        first.add(TokenScore.of(logprobs.of(logits, 0, continuation[0], 1)));
        scores.add(first);
      }
      new Continuations(session, continuations, scores, logprobs, cancellation).read();
      complete = true;
      return scores.stream().map(List::copyOf).toList();
    } finally {
      session.stopWhen(() -> false);
      if (!complete) {
        session.truncate(start);
      }
    }
  }

  private void check(int[] prompt, Session session, List<int[]> continuations) {
    checkVocabulary(prompt);
    for (int i = 0; i < continuations.size(); i++) {
      int length = continuations.get(i).length;
      if (length == 0) {
        throw new IllegalArgumentException("continuation %d has no tokens".formatted(i));
      }
      if (prompt.length + (length - 1L) > session.remaining()) {
        throw new IllegalArgumentException(
            "a prompt of %d tokens and continuation %d of %d do not fit in the %d that the session has left"
                .formatted(prompt.length, i, length, session.remaining()));
      }
      checkVocabulary(continuations.get(i));
    }
  }

  private void checkVocabulary(int[] tokens) {
    int vocabSize = model.shape().vocabSize();
    for (int token : tokens) {
      if (token < 0 || token >= vocabSize) {
        throw new IllegalArgumentException(
            "token %d is not in the vocabulary of %d".formatted(token, vocabSize));
      }
    }
  }

  /** Continuations of one prompt, of which the first tokens are scored. */
  private final class Continuations {
    private final Session prompt;
    private final List<int[]> tokens;
    private final List<List<TokenScore>> scores;
    private final Logprobs logprobs;
    private final Cancellation cancellation;
    private final Batch batch = new Batch();

    Continuations(
        Session prompt,
        List<int[]> tokens,
        List<List<TokenScore>> scores,
        Logprobs logprobs,
        Cancellation cancellation) {
      this.prompt = prompt;
      this.tokens = tokens;
      this.scores = scores;
      this.logprobs = logprobs;
      this.cancellation = cancellation;
    }

    /** Scores all tokens but the first ones, as many continuations at a time as go in a pass. */
    void read() {
      List<Integer> longer =
          IntStream.range(0, tokens.size()).filter(i -> inputs(i) > 0).boxed().toList();
      int from = 0;
      while (from < longer.size()) {
        int end = from + 1;
        long rows = inputs(longer.get(from));
        while (end < longer.size() && rows + inputs(longer.get(end)) <= mostRows) {
          rows += inputs(longer.get(end++));
        }
        read(longer.subList(from, end));
        from = end;
      }
    }

    /** What is run of a continuation: its last token has nothing to predict. */
    private int inputs(int continuation) {
      return tokens.get(continuation).length - 1;
    }

    /** Scores several continuations in one pass, or a single one in as many as it needs. */
    private void read(List<Integer> group) {
      List<Session> forks = new ArrayList<>();
      try {
        for (int _ : group) {
          Session fork = prompt.fork();
          forks.add(fork);
          fork.stopWhen(cancellation);
        }
        int first = inputs(group.getFirst()); // above mostRows only if it is the only one
        for (int done = 0; done < first; done += Math.min(mostRows, first - done)) {
          runPass(group, forks, done);
        }
      } finally {
        forks.forEach(Session::close);
      }
    }

    /** Runs the next tokens of each continuation, behind the first {@code done}. */
    private void runPass(List<Integer> group, List<Session> forks, int done) {
      batch.clear();
      for (int entry = 0; entry < forks.size(); entry++) {
        int[] all = tokens.get(group.get(entry));
        int end = (int) Math.min((long) done + mostRows, all.length - 1);
        batch.add(forks.get(entry), Arrays.copyOfRange(all, done, end), end - done);
      }
      pass.run(batch);
      for (int entry = 0; entry < forks.size(); entry++) {
        int continuation = group.get(entry);
        FloatMatrix logits = batch.logits(entry);
        for (int row = 0; row < logits.rows(); row++) {
          int token = tokens.get(continuation)[done + row + 1];
          scores.get(continuation).add(TokenScore.of(logprobs.of(logits, row, token, 1)));
        }
      }
    }
  }

  /**
   * The perplexity of a text: of all its tokens but the first, each given those before it.
   *
   * <p>A text of more tokens than the capacity is read in windows of that many, each beginning half
   * a capacity (rounded up) behind the one before it. Every token counts once, in the first window
   * that reaches it; so behind the first window each has at least half a capacity of tokens before
   * it, and the text is read about twice.
   *
   * @param tokens at least two
   * @param options of the session that reads it; its capacity is the window
   * @param scored told after every pass how many tokens are scored; what it throws ends the task
   * @throws IllegalArgumentException if there are fewer tokens, one is not in the vocabulary, or
   *     the options do not fit the model
   */
  public Perplexity perplexity(int[] tokens, SessionOptions options, IntConsumer scored) {
    return perplexity(tokens, options, scored, new Cancellation());
  }

  /**
   * The same with a switch that ends it.
   *
   * @throws CancellationException if it is cancelled, which is heard within one layer
   * @see #perplexity(int[], SessionOptions, IntConsumer)
   */
  public Perplexity perplexity(
      int[] tokens, SessionOptions options, IntConsumer scored, Cancellation cancellation) {
    if (tokens.length < 2) {
      throw new IllegalArgumentException(
          "a perplexity needs at least 2 tokens, as nothing stands before the first, found %d"
              .formatted(tokens.length));
    }
    checkVocabulary(tokens);
    Loss loss = new Loss(tokens, scored);
    int window = options.capacity();
    try (Session session = model.newSession(options)) {
      session.stopWhen(cancellation);
      pass.awaitTurn(session);
      for (int from = 0; !loss.isComplete(); from += window - window / 2) {
        session.truncate(0);
        loss.read(session, from, (int) Math.min((long) from + window, tokens.length - 1L));
      }
    }
    return new Perplexity(tokens.length, tokens.length - 1, loss.sum);
  }

  /** The negative log-likelihood of a text as far as it is read. */
  private final class Loss {
    private final int[] tokens;
    private final IntConsumer scored;
    private final Logprobs logprobs = new Logprobs(model.shape().vocabSize());
    private final Batch batch = new Batch();
    private int next = 1; // to be scored
    private double sum;

    Loss(int[] tokens, IntConsumer scored) {
      this.tokens = tokens;
      this.scored = scored;
    }

    boolean isComplete() {
      return next == tokens.length;
    }

    /** Reads {@code from}…{@code end} (exclusive) and scores what was not scored before. */
    void read(Session session, int from, int end) {
      int at = from;
      while (at < next - 1) {
        int to = (int) Math.min((long) at + reading.chunk(), next - 1L);
        pass.run(Arrays.copyOfRange(tokens, at, to), session, 0);
        at = to;
      }
      while (at < end) {
        int[] piece = Arrays.copyOfRange(tokens, at, (int) Math.min((long) at + mostRows, end));
        batch.clear();
        batch.add(session, piece, piece.length);
        pass.run(batch);
        FloatMatrix logits = batch.logits(0);
        for (int row = 0; row < piece.length; row++) {
          sum -= logprobs.of(logits, row, tokens[next++], 0).logprob();
        }
        at += piece.length;
        scored.accept(next - 1);
      }
    }
  }
}
