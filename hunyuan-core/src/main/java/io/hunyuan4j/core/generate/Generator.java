package io.hunyuan4j.core.generate;

import io.hunyuan4j.core.ForwardPass;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.kernels.FloatMatrix;
import java.time.Duration;
import java.util.ArrayList;
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
   * slides, it holds what {@link ContextOverflow.Slide} leaves of that. If this throws, it is as
   * before, unless it had slid.
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
    Run run = new Run(prompt, session, options, consumer, cancellation);
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
    Run run = new Run(prompt, session, options, consumer, cancellation);
    run.readPromptInAnyCase();
    GenerationResult result = run.result();
    run.readLast();
    return result;
  }

  /** What the session has of the last token of the text. */
  private enum LastToken {
    /** There is nothing to do for it: it is read and more follows, or it is not to be read. */
    SETTLED,
    /** It is not read: whoever continues the session wants that done. */
    UNREAD,
    /** A guess was right: it is read, though nobody may need what follows it. */
    READ_AHEAD
  }

  /** One generation. */
  private final class Run {
    private final int[] prompt;
    private final Session session;
    private final SessionReader reader;
    private final int placesBehind; // what is left of the session once the prompt is in it
    private final GenerationOptions options;
    private final TokenConsumer consumer;
    private final Cancellation cancellation;
    private final @Nullable TokenConstraint constraint; // null: there is none
    private final int startPosition;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<TokenLogprobs> tokenLogprobs = new ArrayList<>();
    private final long start = System.nanoTime();
    private int known; // tokens of the prompt that the prefix cache had
    private boolean readsPrompt; // also where nothing is to follow it
    private LastToken last = LastToken.SETTLED;
    private long firstToken;

    Run(
        int[] prompt,
        Session session,
        GenerationOptions options,
        TokenConsumer consumer,
        Cancellation cancellation) {
      this.prompt = prompt;
      this.session = session;
      this.reader = new SessionReader(pass, session, options);
      reader.check(prompt);
      this.placesBehind = session.remaining() - prompt.length;
      this.options = options;
      this.consumer = consumer;
      this.cancellation = cancellation;
      this.readsPrompt = options.maxTokens() > 0;
      this.startPosition = session.position();
      int vocabSize = model.shape().vocabSize();
      options.sampling().checkTokens(vocabSize);
      options.speculation().checkVocabulary(vocabSize);
      TokenConstraint.Source constraints = options.constraints();
      this.constraint = constraints == null ? null : constraints.begin(mostTokens());
    }

    /** As many tokens as are asked for, or as fit: the last one needs no place. */
    private int mostTokens() {
      if (options.overflow() instanceof ContextOverflow.Slide) {
        return options.maxTokens();
      }
      return (int) Math.min(options.maxTokens(), placesBehind + 1L);
    }

    /** Reads the prompt even if no tokens are asked for. */
    void readPromptInAnyCase() {
      readsPrompt = true;
    }

    GenerationResult result() {
      StopReason reason = readsPrompt ? reasonToStop() : StopReason.MAX_TOKENS;
      long end = System.nanoTime();
      long first = tokens.isEmpty() ? end : firstToken;
      return new GenerationResult(
          tokens,
          tokenLogprobs,
          reason,
          prompt.length,
          known,
          Duration.ofNanos(first - start),
          Duration.ofNanos(end - start));
    }

    private StopReason reasonToStop() {
      session.stopWhen(cancellation);
      boolean failed = true;
      try {
        StopReason reason = proceed();
        failed = false;
        return reason;
      } catch (CancellationException e) {
        if (!cancellation.isCancelled()) {
          throw e; // a consumer's own
        }
        failed = false; // in the middle of a forward pass, which added nothing
        return cancellation.reason();
      } finally {
        session.stopWhen(() -> false);
        if (failed && !reader.hasSlid()) {
          session.truncate(startPosition);
        }
      }
    }

    private StopReason proceed() {
      if (cancellation.isCancelled()) { // then what is read of the prompt is no beginning for it
        return cancellation.reason();
      }
      pass.awaitTurn(session);
      Drawing drawing = new Drawing(options, constraint, model.shape().vocabSize());
      try (Drafter drafter = newDrafter()) {
        for (int token : session.tokens()) {
          drafter.add(token);
        }
        for (int token : prompt) {
          drawing.observe(token);
          drafter.add(token);
        }
        FloatMatrix logits = reader.read(prompt, this::tellLeft);
        known = Math.min(reader.known(), prompt.length); // a session that slides may know more
        int guesses = options.speculation().tokens();
        Lookahead ahead = new Lookahead(pass, reader, session, drafter, guesses, logits);
        try {
          return proceed(ahead, drawing);
        } finally {
          ahead.forgetWrong();
        }
      }
    }

    private Drafter newDrafter() {
      int capacity = session.options().capacity();
      return Drafter.of(options.speculation(), capacity, cancellation);
    }

    private StopReason proceed(Lookahead ahead, Drawing drawing) {
      if (drawing.isComplete()) {
        return StopReason.CONSTRAINT;
      }
      if (options.maxTokens() == 0) {
        return StopReason.MAX_TOKENS;
      }
      while (true) {
        last = LastToken.SETTLED;
        if (cancellation.isCancelled()) {
          return cancellation.reason();
        }
        if (drawing.hasNoMore()) {
          return StopReason.CONSTRAINT;
        }
        FloatMatrix logits = ahead.logits();
        int row = ahead.row();
        int token = drawing.draw(logits, row);
        if (options.stopTokens().contains(token)) {
          return StopReason.STOP_TOKEN;
        }
        if (tokens.isEmpty()) {
          firstToken = System.nanoTime();
        }
        drawing.accept(token);
        tokens.add(token);
        last = ahead.take(token) ? LastToken.READ_AHEAD : LastToken.UNREAD;
        if (!tell(token, drawing.logprobs(logits, row, token))) {
          return StopReason.STOP_STRING;
        }
        if (drawing.isComplete()) {
          return StopReason.CONSTRAINT;
        }
        if (tokens.size() == options.maxTokens()) {
          return StopReason.MAX_TOKENS;
        }
        if (last == LastToken.UNREAD) {
          if (!reader.hasRoom()) {
            return StopReason.CONTEXT_FULL;
          }
          readNext(ahead, token);
        }
      }
    }

    private void readNext(Lookahead ahead, int token) {
      if (session.remaining() == 0) {
        last = LastToken.SETTLED; // it may not follow what a cancelled slide leaves
      }
      ahead.read(token, options.maxTokens() - tokens.size() - 1);
    }

    /** Forgets the last token where guessing has read it, though nobody needs what follows it. */
    void forgetLastGuess() {
      if (last == LastToken.READ_AHEAD) {
        session.truncate(session.position() - 1);
      }
    }

    /** Reads the last generated token, where that has not happened and it has room. */
    void readLast() {
      if (last != LastToken.UNREAD || !reader.hasRoom()) {
        return;
      }
      int[] token = {tokens.getLast()};
      if (session.remaining() > 0) {
        pass.run(token, session, 1); // also when cancelled
      } else if (!cancellation.isCancelled()) {
        slideFor(token);
      }
    }

    /**
     * A slide reads many tokens: it can be cancelled, and leaves the beginning of what it keeps.
     */
    private void slideFor(int[] token) {
      session.stopWhen(cancellation);
      try {
        reader.read(token);
      } catch (CancellationException e) {
        return; // the text is complete all the same
      } finally {
        session.stopWhen(() -> false);
      }
    }

    /** A session that slides may have more to read than the prompt. */
    private void tellLeft(int left) {
      consumer.promptRead(Math.max(0, prompt.length - left), prompt.length);
    }

    /** Whether the consumer wants more. */
    private boolean tell(int token, @Nullable TokenLogprobs logprobs) {
      if (logprobs == null) {
        return consumer.accept(token);
      }
      tokenLogprobs.add(logprobs);
      return consumer.accept(logprobs);
    }
  }
}
