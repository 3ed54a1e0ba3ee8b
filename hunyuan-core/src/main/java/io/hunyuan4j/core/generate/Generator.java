package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.ForwardPass;
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
  private final ForwardPass pass;

  /** A generator for any number of sessions of one model. */
  public Generator(LanguageModel model) {
    this(model, model::forward);
  }

  /** A generator whose forward passes go another way, such as a seat of a scheduler. */
  public Generator(LanguageModel model, ForwardPass pass) {
    this.model = model;
    this.pass = pass;
  }

  /**
   * Runs the prompt after what is already in the session and continues it. Blocks until the end.
   * What a {@link io.hunyuan4j.core.PrefixCache} of the session knows of the prompt is not run.
   *
   * <p>Afterwards the session holds the prompt and the generated tokens, but not the last one where
   * the reason is {@code MAX_TOKENS}, {@code STOP_STRING}, {@code CONSTRAINT} or {@code
   * CONTEXT_FULL}: nobody needed what follows it. After {@code CANCELLED} it may hold less, and
   * with no tokens asked for it is as before; {@link Session#tokens} tells. Where the session
   * slides, it holds what {@link ContextOverflow.Slide} leaves of that.
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
    Run run = run(prompt, session, options, consumer, cancellation);
    GenerationResult result = run.result();
    run.forgetLastGuess();
    return result;
  }

  /**
   * The same, for a session that somebody continues: afterwards it holds the last generated token
   * too, which is one forward pass more, unless it is full and does not slide or is cancelled. With
   * no tokens asked for it reads the prompt.
   */
  public GenerationResult extend(
      int[] prompt,
      Session session,
      GenerationOptions options,
      TokenConsumer consumer,
      Cancellation cancellation) {
    Run run = run(prompt, session, options, consumer, cancellation);
    run.readPromptInAnyCase();
    GenerationResult result = run.result();
    run.readLast();
    return result;
  }

  /**
   * As many continuations of one prompt as there are consumers, one after the other; the prompt is
   * read once, and each continues a fork of the session. Continuation {@code i} is what {@link
   * #generate} gives with {@code i} added to the seed. Afterwards the session holds the prompt at
   * most. Statistics and an observer of the session are told of the prompt only.
   *
   * @throws IllegalArgumentException as {@link #generate} does
   */
  public List<GenerationResult> generateEach(
      int[] prompt,
      Session session,
      GenerationOptions options,
      List<TokenConsumer> consumers,
      Cancellation cancellation) {
    Reading reading = new Reading(prompt, session, options);
    reading.forEach();
    List<GenerationResult> results = new ArrayList<>();
    for (TokenConsumer consumer : consumers) {
      GenerationOptions seeded = options.withSeed(options.sampling().seed() + results.size());
      results.add(new Run(reading, seeded, consumer, cancellation).result());
    }
    reading.forgetPart();
    return results;
  }

  private Run run(
      int[] prompt,
      Session session,
      GenerationOptions options,
      TokenConsumer consumer,
      Cancellation cancellation) {
    return new Run(new Reading(prompt, session, options), options, consumer, cancellation);
  }

  /** A prompt that is read into a session when somebody first asks for its logits. */
  private final class Reading {
    private final int[] prompt;
    private final Session session;
    private final SessionReader reader;
    private final int start;
    private final int placesBehind; // what is left of the session once the prompt is in it
    private boolean forEach;
    private int known;
    private @Nullable FloatMatrix kept;

    Reading(int[] prompt, Session session, GenerationOptions options) {
      this.prompt = prompt;
      this.session = session;
      this.reader = new SessionReader(pass, session, options);
      reader.check(prompt);
      this.start = session.position();
      this.placesBehind = session.remaining() - prompt.length;
    }

    /** It has several continuations: each gets a fork, and they share the logits. */
    void forEach() {
      forEach = true;
    }

    /** The logits after the prompt. */
    FloatMatrix logits() {
      if (kept != null) {
        return kept;
      }
      FloatMatrix logits = reader.read(prompt);
      known = Math.min(reader.known(), prompt.length); // a session that slides may know more
      if (forEach) {
        kept = FloatMatrix.of(logits.row(0), 1, logits.cols());
      }
      return logits;
    }

    /** Forgets a prompt that was not read to its end, but for what a slide has dropped. */
    void forgetPart() {
      if (kept == null && placesBehind >= 0) {
        session.truncate(start);
      }
    }

    /** The session that goes on, once the logits are there. */
    Session continuation() {
      return forEach ? session.fork() : session;
    }
  }

  /** One generation. */
  private final class Run {
    private final Reading reading;
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
    private Session session;
    private boolean readsPrompt; // also where nothing is to follow it
    private boolean lastIsUnread; // the last token, which the session may be given next
    private boolean lastIsAhead; // the last token, which the session has read as a guess
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
      this.readsPrompt = options.maxTokens() > 0;
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
      if (options.overflow() instanceof ContextOverflow.Slide) {
        return options.maxTokens();
      }
      return (int) Math.min(options.maxTokens(), reading.placesBehind + 1L);
    }

    /** Reads the prompt even if no tokens are asked for. */
    void readPromptInAnyCase() {
      readsPrompt = true;
    }

    GenerationResult result() {
      StopReason reason = StopReason.MAX_TOKENS;
      if (readsPrompt) {
        session.stopWhen(cancellation::isCancelled);
        try {
          reason = proceed();
        } catch (CancellationException e) {
          reason = cancellation.reason(); // in the middle of a forward pass, which added nothing
        } finally {
          reading.session.stopWhen(() -> false);
          if (session != reading.session) {
            session.close();
          }
        }
      }
      long end = System.nanoTime();
      long first = tokens.isEmpty() ? end : firstToken;
      return new GenerationResult(
          tokens,
          tokenLogprobs,
          reason,
          reading.prompt.length,
          reading.known,
          Duration.ofNanos(first - start),
          Duration.ofNanos(end - start));
    }

    private StopReason proceed() {
      if (cancellation.isCancelled()) { // then what is read of the prompt is no beginning for it
        return cancellation.reason();
      }
      int capacity = session.options().capacity();
      try (Drafter drafter = Drafter.of(options.speculation(), model, capacity)) {
        for (int token : session.tokens()) {
          drafter.add(token);
        }
        for (int token : reading.prompt) {
          sampler.observe(token);
          drafter.add(token);
        }
        FloatMatrix logits = reading.logits();
        session = reading.continuation();
        session.stopWhen(cancellation::isCancelled);
        SessionReader reader = new SessionReader(pass, session, options);
        int guesses = options.speculation().tokens();
        Lookahead ahead = new Lookahead(pass, reader, session, drafter, guesses, logits);
        try {
          return proceed(ahead, reader);
        } finally {
          ahead.forgetWrong();
        }
      }
    }

    private StopReason proceed(Lookahead ahead, SessionReader reader) {
      if (isComplete()) {
        return StopReason.CONSTRAINT;
      }
      if (options.maxTokens() == 0) {
        return StopReason.MAX_TOKENS;
      }
      while (true) {
        lastIsAhead = false;
        if (cancellation.isCancelled()) {
          return cancellation.reason();
        }
        if (hasNoMore()) {
          return StopReason.CONSTRAINT;
        }
        FloatMatrix logits = ahead.logits();
        int row = ahead.row();
        int token = draw(logits, row);
        if (options.stopTokens().contains(token)) {
          return StopReason.STOP_TOKEN;
        }
        if (tokens.isEmpty()) {
          firstToken = System.nanoTime();
        }
        sampler.observe(token);
        tokens.add(token);
        lastIsAhead = ahead.take(token);
        lastIsUnread = !lastIsAhead;
        if (constraint != null) {
          constraint.accept(token);
        }
        if (!tell(token, logits, row)) {
          return StopReason.STOP_STRING;
        }
        if (isComplete()) {
          return StopReason.CONSTRAINT;
        }
        if (tokens.size() == options.maxTokens()) {
          return StopReason.MAX_TOKENS;
        }
        if (lastIsUnread && !reader.hasRoom()) {
          return StopReason.CONTEXT_FULL;
        }
        if (lastIsUnread) {
          readNext(ahead, token);
        }
      }
    }

    private void readNext(Lookahead ahead, int token) {
      if (session.remaining() == 0) {
        lastIsUnread = false; // it may not follow what a cancelled slide leaves
      }
      ahead.read(token, options.maxTokens() - tokens.size() - 1);
      lastIsUnread = false;
    }

    /** Forgets the last token where guessing has read it, though nobody needs what follows it. */
    void forgetLastGuess() {
      if (lastIsAhead) {
        session.truncate(session.position() - 1);
      }
    }

    /** Reads the last generated token, where that has not happened and it has room. */
    void readLast() {
      if (!lastIsUnread || !reading.reader.hasRoom()) {
        return;
      }
      int[] last = {tokens.getLast()};
      if (session.remaining() > 0) {
        pass.run(last, session, 1); // also when cancelled
      } else if (!cancellation.isCancelled()) {
        slideFor(last);
      }
      lastIsUnread = false;
    }

    /**
     * A slide reads many tokens: it can be cancelled, and leaves the beginning of what it keeps.
     */
    private void slideFor(int[] last) {
      session.stopWhen(cancellation::isCancelled);
      try {
        reading.reader.read(last);
      } catch (CancellationException e) {
        return; // the text is complete all the same
      } finally {
        session.stopWhen(() -> false);
      }
    }

    /** Asks the constraint what may come next; whether that is nothing, and the text complete. */
    private boolean hasNoMore() {
      if (constraint == null) {
        return false;
      }
      constraint.mask(allowed);
      return Arrays.stream(allowed).allMatch(word -> word == 0) && constraint.mayEnd();
    }

    private int draw(FloatMatrix logits, int row) {
      return constraint == null
          ? sampler.sample(logits, row)
          : sampler.sample(logits, row, allowed);
    }

    private boolean isComplete() {
      return constraint != null && constraint.mustEnd();
    }

    /** Whether the consumer wants more. */
    private boolean tell(int token, FloatMatrix logits, int row) {
      if (logprobs == null) {
        return consumer.accept(token);
      }
      TokenLogprobs told = logprobs.of(logits, row, token, options.logprobs());
      tokenLogprobs.add(told);
      return consumer.accept(told);
    }
  }
}
