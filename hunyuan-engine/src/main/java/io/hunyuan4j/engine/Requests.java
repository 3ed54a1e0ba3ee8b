package io.hunyuan4j.engine;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.PrefixCache;
import io.hunyuan4j.core.Scheduler;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.ContextOverflow;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.core.generate.TokenConstraint;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What all requests of an engine have in common: gets them ready, and gives them sessions and parts
 * in the forward passes.
 */
final class Requests {
  private final OpenModel open;
  private final EngineOptions options;
  private final Tokenizer tokenizer;
  private final Set<Integer> stopTokens;
  private final CompiledFormats formats;
  private final ChatPrompts prompts;
  private final Optional<PrefixCache> prefixes;
  private final Scheduler scheduler;

  Requests(
      OpenModel open,
      EngineOptions options,
      Tokenizer tokenizer,
      Set<Integer> stopTokens,
      Optional<PrefixCache> prefixes) {
    this.open = open;
    this.options = options;
    this.tokenizer = tokenizer;
    this.stopTokens = stopTokens;
    this.formats = new CompiledFormats(tokenizer, stopTokens, open.model().shape().vocabSize());
    this.prompts = new ChatPrompts(open.checkpoint(), tokenizer);
    this.prefixes = prefixes;
    EngineOptions.Concurrency concurrency = options.concurrency();
    this.scheduler = new Scheduler(open.model(), concurrency.running(), concurrency.waiting());
  }

  LanguageModel model() {
    return open.model();
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  ChatPrompts prompts() {
    return prompts;
  }

  CompiledFormats formats() {
    return formats;
  }

  /**
   * A session of all positions, whatever is asked for: it takes memory as it fills, and the angles
   * of some rotary embeddings depend on how many there are.
   */
  Session newSession() {
    SessionOptions all = sessionOptions();
    return prefixes.isPresent() ? prefixes.get().newSession(all) : model().newSession(all);
  }

  SessionOptions sessionOptions() {
    return SessionOptions.ofCapacity(maxPositions()).withKvFormat(options.kvFormat());
  }

  /** How many tokens a text may have, its prompt included. */
  int maxPositions() {
    return options.maxPositions().orElse(model().shape().maxPositions());
  }

  int[] tokens(String prompt, TextOptions textOptions) {
    int[] tokens = encode(prompt, textOptions);
    if (tokens.length == 0) {
      throw new IllegalArgumentException("the prompt is empty");
    }
    checkFits(tokens, textOptions.overflow());
    return tokens;
  }

  void checkFits(int[] prompt, ContextOverflow overflow) {
    if (prompt.length > maxPositions() && overflow instanceof ContextOverflow.Stop) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens does not fit the model's %d positions"
              .formatted(prompt.length, maxPositions()));
    }
  }

  /** A prompt's tokens; options that name an impossible one are refused. */
  int[] encode(String prompt, TextOptions textOptions) {
    int vocabSize = model().shape().vocabSize();
    textOptions.sampling().checkTokens(vocabSize);
    textOptions.speculation().checkVocabulary(vocabSize);
    return tokenizer.encode(prompt, textOptions.promptSpecials());
  }

  /** What a generation is told, with a constraint where a format is wanted. */
  GenerationOptions generationOptions(TextOptions textOptions) {
    GenerationOptions generation =
        new GenerationOptions(
                textOptions.maxTokens(),
                textOptions.sampling(),
                stopTokens,
                GenerationOptions.DEFAULT_CHUNK)
            .withOverflow(textOptions.overflow())
            .withLogprobs(textOptions.logprobs())
            .withSpeculation(textOptions.speculation());
    return textOptions.responseFormat() instanceof ResponseFormat.FreeText
        ? generation
        : generation.withConstraints(formats.of(textOptions.responseFormat()));
  }

  /** The switch of a generation that begins now. */
  Cancellation cancellation(TextOptions textOptions) {
    Cancellation cancellation = new Cancellation();
    textOptions.timeLimit().ifPresent(cancellation::cancelAfter);
    return cancellation;
  }

  /** A part in the forward passes for one generation, or a place in the queue. */
  Scheduler.Seat seat() {
    return scheduler.seat();
  }

  /** Parts for several generations, or none of them if the queue has no room for all. */
  List<Scheduler.Seat> seats(int count) {
    List<Scheduler.Seat> seats = new ArrayList<>();
    try {
      while (seats.size() < count) {
        seats.add(seat());
      }
      return seats;
    } catch (RejectedExecutionException e) {
      seats.forEach(Scheduler.Seat::close);
      throw e;
    }
  }

  /** Starts a generation on a thread of its own; refuses it here if the queue is full. */
  <T> Background<T> inBackground(Cancellation cancellation, Function<Scheduler.Seat, T> work) {
    return inBackground(cancellation, seat(), work);
  }

  /** The same with a part that it has already, which is given back at the end. */
  <T> Background<T> inBackground(
      Cancellation cancellation, Scheduler.Seat seat, Function<Scheduler.Seat, T> work) {
    boolean started = false;
    try {
      Background<T> background =
          Background.start(
              cancellation,
              () -> {
                try (seat) {
                  return work.apply(seat);
                }
              });
      started = true;
      return background;
    } finally {
      if (!started) {
        seat.close();
      }
    }
  }

  /** Refuses, before any work, a constraint of which no text fits behind the prompt. */
  void checkBudget(int[] prompt, GenerationOptions generation) {
    TokenConstraint.Source constraints = generation.constraints();
    if (constraints != null) {
      int places = maxPositions() - prompt.length + 1; // the last token needs none
      boolean slides = generation.overflow() instanceof ContextOverflow.Slide;
      constraints.begin(slides ? generation.maxTokens() : Math.min(generation.maxTokens(), places));
    }
  }

  /**
   * The session of a file, with what is attached to it.
   *
   * @throws SessionFormatException if it is broken or not of this engine
   * @throws IOException if it cannot be read
   */
  SessionFile.Contents restoreContents(Path file) throws IOException {
    return restoreContents(file, this::checkFits);
  }

  /**
   * The same of a conversation, whose messages say all that was read: of a session with more or
   * fewer positions than this engine has, nothing is kept, and it is read again.
   *
   * @throws SessionFormatException if it is broken or not of this engine
   * @throws IOException if it cannot be read
   */
  SessionFile.Contents restoreConversation(Path file) throws IOException {
    SessionFile.Contents contents = restoreContents(file, this::checkFormat);
    if (contents.session().options().equals(sessionOptions())) {
      return contents;
    }
    contents.session().close();
    return new SessionFile.Contents(newSession(), contents.attachment());
  }

  private SessionFile.Contents restoreContents(Path file, BiConsumer<SessionOptions, Path> check)
      throws IOException {
    SessionFile.Contents contents = open.restoreContents(file);
    boolean fits = false;
    try {
      check.accept(contents.session().options(), file);
      fits = true;
      return contents;
    } finally {
      if (!fits) {
        contents.session().close();
      }
    }
  }

  private void checkFormat(SessionOptions restored, Path file) {
    if (restored.kvFormat() != options.kvFormat()) {
      throw new SessionFormatException(
          file,
          SessionFile.FORMAT_AT,
          "expected keys and values in %s, as the engine has them, found %s"
              .formatted(options.kvFormat(), restored.kvFormat()));
    }
  }

  /** That a session takes no more than the engine's options allow. */
  private void checkFits(SessionOptions restored, Path file) {
    checkFormat(restored, file);
    if (restored.capacity() > maxPositions()) {
      throw new SessionFormatException(
          file,
          SessionFile.CAPACITY_AT,
          "expected a session of at most the engine's %d positions, found one of %d"
              .formatted(maxPositions(), restored.capacity()));
    }
  }

  /** Writes what {@link #restoreContents} reads. */
  void save(Session session, byte[] attachment, Path file) throws IOException {
    open.save(session, attachment, file);
  }
}
