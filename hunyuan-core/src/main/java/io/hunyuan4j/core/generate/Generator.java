package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.kernels.FloatMatrix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** The loop that continues a prompt token by token. */
public final class Generator {
  private final LanguageModel model;

  /** A generator for any number of sessions of one model. */
  public Generator(LanguageModel model) {
    this.model = model;
  }

  /**
   * Runs the prompt after what is already in the session and continues it. Blocks until the end.
   *
   * <p>Afterwards the session holds the prompt and the generated tokens, but not the last one where
   * the reason is {@code MAX_TOKENS}, {@code STOP_STRING}, {@code CONSTRAINT} or {@code
   * CONTEXT_FULL}: nobody needed what follows it. After {@code CANCELLED} it may hold less, and
   * with no tokens asked for it is as before; {@link Session#position} tells.
   *
   * @param prompt at least one token
   * @param consumer told of every token at once, on this thread
   * @throws IllegalArgumentException if the prompt is empty, does not fit the session or has a
   *     token that the vocabulary does not have, or if the options name one; if no text of the
   *     constraint has as few tokens as are asked for or fit the session; if a token is needed and
   *     all that the constraint allows are banned or have no number
   */
  public GenerationResult generate(
      int[] prompt,
      Session session,
      GenerationOptions options,
      TokenConsumer consumer,
      Cancellation cancellation) {
    check(prompt, session);
    Reading reading = new Reading(prompt, session, options.chunk());
    return new Run(reading, options, consumer, cancellation).result();
  }

  /**
   * As many continuations of one prompt as there are consumers, one after the other; the prompt is
   * read once. Continuation {@code i} is what {@link #generate} gives with {@code i} added to the
   * seed. Afterwards the session holds the prompt at most.
   *
   * @throws IllegalArgumentException as {@link #generate} does
   */
  public List<GenerationResult> generateEach(
      int[] prompt,
      Session session,
      GenerationOptions options,
      List<TokenConsumer> consumers,
      Cancellation cancellation) {
    check(prompt, session);
    Reading reading = new Reading(prompt, session, options.chunk());
    reading.keepLogits();
    List<GenerationResult> results = new ArrayList<>();
    for (TokenConsumer consumer : consumers) {
      GenerationOptions seeded = options.withSeed(options.sampling().seed() + results.size());
      results.add(new Run(reading, seeded, consumer, cancellation).result());
      reading.rewind();
    }
    return results;
  }

  private static void check(int[] prompt, Session session) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("the prompt has no tokens");
    }
    if (prompt.length > session.remaining()) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens does not fit in the %d that the session has left"
              .formatted(prompt.length, session.remaining()));
    }
  }

  /** A session that reads a prompt, and comes back to its end. */
  private final class Reading {
    private final int[] prompt;
    private final Session session;
    private final int chunk;
    private final int start;
    private boolean keeps;
    private @Nullable FloatMatrix kept;

    Reading(int[] prompt, Session session, int chunk) {
      this.prompt = prompt;
      this.session = session;
      this.chunk = chunk;
      this.start = session.position();
    }

    /** Once read, the prompt's logits are copied for whoever asks again. */
    void keepLogits() {
      keeps = true;
    }

    /** The logits after the prompt. */
    FloatMatrix logits() {
      if (kept != null) {
        return kept;
      }
      int done = 0;
      while (prompt.length - done > chunk) {
        model.forward(Arrays.copyOfRange(prompt, done, done + chunk), session, 0);
        done += chunk;
      }
      FloatMatrix logits =
          model.forward(Arrays.copyOfRange(prompt, done, prompt.length), session, 1);
      if (keeps) {
        kept = FloatMatrix.of(logits.row(0), 1, logits.cols());
      }
      return logits;
    }

    /** Back to the end of the prompt, or to its start where it was not read to the end. */
    void rewind() {
      session.truncate(Math.min(session.position(), kept == null ? start : start + prompt.length));
    }
  }

  /** One generation. */
  private final class Run {
    private final Reading reading;
    private final Session session;
    private final GenerationOptions options;
    private final TokenConsumer consumer;
    private final Cancellation cancellation;
    private final Sampler sampler;
    private final @Nullable Logprobs logprobs; // null: nobody asks
    private final @Nullable TokenConstraint constraint; // null: there is none
    private final long[] allowed; // [⌈vocabSize / 64⌉], with a constraint
    private final List<Integer> tokens = new ArrayList<>();
    private final List<TokenLogprobs> tokenLogprobs = new ArrayList<>();
    private final long start = System.nanoTime();
    private long firstToken;

    Run(
        Reading reading,
        GenerationOptions options,
        TokenConsumer consumer,
        Cancellation cancellation) {
      this.reading = reading;
      this.session = reading.session;
      this.options = options;
      this.consumer = consumer;
      this.cancellation = cancellation;
      int vocabSize = model.shape().vocabSize();
      this.sampler = new Sampler(options.sampling(), vocabSize);
      this.logprobs =
          options.logprobs() == GenerationOptions.NO_LOGPROBS ? null : new Logprobs(vocabSize);
      TokenConstraint.Source constraints = options.constraints();
      this.constraint = constraints == null ? null : constraints.begin(mostTokens());
      this.allowed = new long[constraint == null ? 0 : (vocabSize + 63) >> 6];
    }

    /** As many tokens as are asked for, or as fit: the last one needs no place. */
    private int mostTokens() {
      int end = reading.start + reading.prompt.length;
      int places = session.position() + session.remaining() - end;
      return (int) Math.min(options.maxTokens(), places + 1L);
    }

    GenerationResult result() {
      StopReason reason = StopReason.MAX_TOKENS;
      if (options.maxTokens() > 0) {
        session.stopWhen(cancellation::isCancelled);
        try {
          reason = proceed();
        } catch (CancellationException e) {
          reason =
              StopReason.CANCELLED; // in the middle of a forward pass, which then added nothing
        } finally {
          session.stopWhen(() -> false);
        }
      }
      long end = System.nanoTime();
      long first = tokens.isEmpty() ? end : firstToken;
      return new GenerationResult(
          tokens,
          tokenLogprobs,
          reason,
          reading.prompt.length,
          Duration.ofNanos(first - start),
          Duration.ofNanos(end - start));
    }

    private StopReason proceed() {
      for (int token : reading.prompt) {
        sampler.observe(token);
      }
      FloatMatrix logits = reading.logits();
      int[] next = new int[1];
      if (isComplete()) {
        return StopReason.CONSTRAINT;
      }
      while (true) {
        if (cancellation.isCancelled()) {
          return StopReason.CANCELLED;
        }
        int token = draw(logits);
        if (options.stopTokens().contains(token)) {
          return StopReason.STOP_TOKEN;
        }
        if (tokens.isEmpty()) {
          firstToken = System.nanoTime();
        }
        sampler.observe(token);
        tokens.add(token);
        if (constraint != null) {
          constraint.accept(token);
        }
        if (!tell(token, logits)) {
          return StopReason.STOP_STRING;
        }
        if (isComplete()) {
          return StopReason.CONSTRAINT;
        }
        if (tokens.size() == options.maxTokens()) {
          return StopReason.MAX_TOKENS;
        }
        if (session.remaining() == 0) {
          return StopReason.CONTEXT_FULL;
        }
        next[0] = token;
        logits = model.forward(next, session, 1);
      }
    }

    private int draw(FloatMatrix logits) {
      if (constraint == null) {
        return sampler.sample(logits, 0);
      }
      constraint.mask(allowed);
      return sampler.sample(logits, 0, allowed);
    }

    private boolean isComplete() {
      return constraint != null && constraint.mustEnd();
    }

    /** Whether the consumer wants more. */
    private boolean tell(int token, FloatMatrix logits) {
      if (logprobs == null) {
        return consumer.accept(token);
      }
      TokenLogprobs told = logprobs.of(logits, 0, token, options.logprobs());
      tokenLogprobs.add(told);
      return consumer.accept(told);
    }
  }
}
