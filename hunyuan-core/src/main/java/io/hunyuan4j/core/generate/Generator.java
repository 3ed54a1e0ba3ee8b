package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.kernels.FloatMatrix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

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
   * the reason is {@code MAX_TOKENS}, {@code STOP_STRING} or {@code CONTEXT_FULL}: nobody needed
   * what follows it. After {@code CANCELLED} it may hold less, and with no tokens asked for it is
   * as before; {@link Session#position} tells.
   *
   * @param prompt at least one token
   * @param consumer told of every token at once, on this thread
   * @throws IllegalArgumentException if the prompt is empty or does not fit the session
   */
  public GenerationResult generate(
      int[] prompt,
      Session session,
      GenerationOptions options,
      TokenConsumer consumer,
      Cancellation cancellation) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("the prompt has no tokens");
    }
    if (prompt.length > session.remaining()) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens does not fit in the %d that the session has left"
              .formatted(prompt.length, session.remaining()));
    }
    Run run = new Run(session, options, consumer, cancellation);
    return run.from(prompt);
  }

  /** One generation. */
  private final class Run {
    private final Session session;
    private final GenerationOptions options;
    private final TokenConsumer consumer;
    private final Cancellation cancellation;
    private final Sampler sampler;
    private final List<Integer> tokens = new ArrayList<>();
    private final long start = System.nanoTime();
    private long firstToken;

    Run(
        Session session,
        GenerationOptions options,
        TokenConsumer consumer,
        Cancellation cancellation) {
      this.session = session;
      this.options = options;
      this.consumer = consumer;
      this.cancellation = cancellation;
      this.sampler = new Sampler(options.sampling());
    }

    GenerationResult from(int[] prompt) {
      StopReason reason = StopReason.MAX_TOKENS;
      if (options.maxTokens() > 0) {
        session.stopWhen(cancellation::isCancelled);
        try {
          reason = proceed(prompt);
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
          reason,
          prompt.length,
          Duration.ofNanos(first - start),
          Duration.ofNanos(end - start));
    }

    private StopReason proceed(int[] prompt) {
      for (int token : prompt) {
        sampler.observe(token);
      }
      int done = 0;
      while (prompt.length - done > options.chunk()) {
        model.forward(Arrays.copyOfRange(prompt, done, done + options.chunk()), session, 0);
        done += options.chunk();
      }
      int[] next = Arrays.copyOfRange(prompt, done, prompt.length);
      int[] one = new int[1];
      while (true) {
        FloatMatrix logits = model.forward(next, session, 1);
        if (cancellation.isCancelled()) {
          return StopReason.CANCELLED;
        }
        int token = sampler.sample(logits, 0);
        if (options.stopTokens().contains(token)) {
          return StopReason.STOP_TOKEN;
        }
        if (tokens.isEmpty()) {
          firstToken = System.nanoTime();
        }
        sampler.observe(token);
        tokens.add(token);
        if (!consumer.accept(token)) {
          return StopReason.STOP_STRING;
        }
        if (tokens.size() == options.maxTokens()) {
          return StopReason.MAX_TOKENS;
        }
        if (session.remaining() == 0) {
          return StopReason.CONTEXT_FULL;
        }
        next = one;
        one[0] = token;
      }
    }
  }
}
