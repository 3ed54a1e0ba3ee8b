package io.hunyuan4j.engine;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.PrefixCache;
import io.hunyuan4j.core.Scheduler;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.core.generate.GenerationResult;
import io.hunyuan4j.core.generate.Generator;
import io.hunyuan4j.core.generate.Perplexity;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.chat.ChatMessage;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A checkpoint, ready to continue texts. Safe to share between threads; every generation has a
 * session of its own, or goes on in a {@link TextSession}. Generations of several threads share
 * forward passes, as many as {@link EngineOptions#concurrency} allows, and texts that begin alike
 * share what was read of them, up to {@link EngineOptions#prefixCacheBytes}; neither has any effect
 * on the results.
 *
 * <p>Owns the mapped weights and the threads. Generations must have ended, and sessions be closed,
 * before {@link #close}.
 *
 * <pre>{@code
 * try (Engine engine = Engine.open(Path.of("models/tiny-tales"))) {
 *   System.out.println(engine.generate("Once upon a time", engine.defaults()).text());
 * }
 * }</pre>
 */
public final class Engine implements AutoCloseable {
  private final OpenModel open;
  private final Tokenizer tokenizer;
  private final GenerationDefaults defaults;
  private final Optional<PrefixCache> prefixes;
  private final Requests requests;

  private Engine(OpenModel open, EngineOptions options) throws IOException {
    this.open = open;
    this.defaults = GenerationDefaults.read(open.checkpoint(), open.model().shape().vocabSize());
    this.tokenizer = tokenizer(open.checkpoint());
    this.prefixes =
        options.prefixCacheBytes() == 0
            ? Optional.empty()
            : Optional.of(new PrefixCache(open.model(), options.prefixCacheBytes()));
    this.requests = new Requests(open, options, tokenizer, defaults.stopTokens(), prefixes);
  }

  /** The vocabulary of a folder, whose files may be links only where its weights may be. */
  private static Tokenizer tokenizer(Checkpoint checkpoint) throws IOException {
    Path folder = checkpoint.folder();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, "{*.tiktoken,tokenizer.json}")) {
      for (Path file : files) {
        checkpoint.file(file.getFileName().toString());
      }
    }
    return Tokenizer.open(folder);
  }

  /**
   * Opens the checkpoint in {@code folder} with the options for this machine. See {@link
   * #open(Path, EngineOptions)}.
   */
  public static Engine open(Path folder) throws IOException {
    return open(folder, EngineOptions.defaults());
  }

  /**
   * Opens the checkpoint in {@code folder}: maps its weights, checks their shapes, reads its
   * vocabulary. Never downloads.
   *
   * @throws IllegalArgumentException if a number of the options is impossible
   * @throws UnmatchedPatternException if a rule for weights matches none
   * @throws InsufficientMemoryException if converted weights do not fit into memory
   * @throws io.hunyuan4j.loader.CheckpointFormatException if the checkpoint is damaged
   * @throws io.hunyuan4j.text.VocabularyFormatException if its vocabulary is
   * @throws io.hunyuan4j.core.UnsupportedModelException if it is a model that this version cannot
   *     run
   * @throws IOException if a file cannot be read
   */
  public static Engine open(Path folder, EngineOptions options) throws IOException {
    return open(folder, options, (done, total) -> {});
  }

  /**
   * Opens the checkpoint in {@code folder}, telling the listener how much of the weights is
   * converted.
   *
   * @see #open(Path, EngineOptions)
   */
  public static Engine open(Path folder, EngineOptions options, ProgressListener progress)
      throws IOException {
    OpenModel open = OpenModel.open(folder, options, progress);
    boolean opened = false;
    try {
      Engine engine = new Engine(open, options);
      opened = true;
      return engine;
    } finally {
      if (!opened) {
        open.close();
      }
    }
  }

  /**
   * The checkpoint's own settings from {@code generation_config.json}; at most 256 tokens where it
   * says nothing; seed 0.
   */
  public TextOptions defaults() {
    return defaults.options();
  }

  /** The model. */
  public LanguageModel model() {
    return open.model();
  }

  /** The tokenizer. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The arithmetic in use, for those who ask how wide its vectors are. */
  public Kernels kernels() {
    return open.kernels();
  }

  /**
   * Continues {@code prompt} and returns when the text is complete.
   *
   * @throws IllegalArgumentException if the prompt has no tokens or more than the model has
   *     positions, or the options name a token that it does not have; if the format is broken or
   *     not supported ({@link io.hunyuan4j.text.grammar.GrammarException}), or no text of it has as
   *     few tokens as are asked for or fit behind the prompt
   * @throws java.util.concurrent.RejectedExecutionException if as many generations run and wait as
   *     the engine's options allow
   */
  public GeneratedText generate(String prompt, TextOptions textOptions) {
    Cancellation cancellation = requests.cancellation(textOptions);
    int[] tokens = requests.tokens(prompt, textOptions);
    GenerationOptions generation = requests.generationOptions(textOptions);
    try (Scheduler.Seat seat = requests.seat()) {
      return run(tokens, textOptions, generation, piece -> {}, cancellation, seat);
    }
  }

  /**
   * Continues {@code prompt} in the background, telling the listener each piece as it comes.
   *
   * @throws IllegalArgumentException if the prompt has no tokens or more than the model has
   *     positions, or the options name a token that it does not have; if the format is broken or
   *     not supported ({@link io.hunyuan4j.text.grammar.GrammarException}), or no text of it has as
   *     few tokens as are asked for or fit behind the prompt
   * @throws java.util.concurrent.RejectedExecutionException if as many generations run and wait as
   *     the engine's options allow
   */
  public Generation generate(String prompt, TextOptions textOptions, TextListener listener) {
    Cancellation cancellation = requests.cancellation(textOptions);
    int[] tokens = requests.tokens(prompt, textOptions);
    GenerationOptions generation = requests.generationOptions(textOptions);
    requests.checkBudget(tokens, generation);
    return new Generation(
        requests.inBackground(
            cancellation,
            seat -> run(tokens, textOptions, generation, listener, cancellation, seat)));
  }

  /**
   * Several continuations of {@code prompt}, which is read once, and returns when all are complete.
   * Continuation {@code i} is what {@link #generate} gives with {@code i} added to the seed. They
   * run at once, as far as {@link EngineOptions#concurrency} allows, and share forward passes. The
   * prompt counts as known ({@code cachedPromptTokens}) to all but the first.
   *
   * @param count how many, at least 1
   * @throws IllegalArgumentException as {@link #generate} does, or if {@code count} is less than 1
   * @throws java.util.concurrent.RejectedExecutionException if not so many more may run and wait;
   *     then none does
   */
  public List<GeneratedText> generateEach(String prompt, TextOptions textOptions, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("expected at least 1 continuation, not " + count);
    }
    Cancellation cancellation = requests.cancellation(textOptions);
    int[] tokens = requests.tokens(prompt, textOptions);
    return new Choices(requests, tokens, textOptions, cancellation).generate(count);
  }

  /**
   * Scores given continuations of {@code prompt}, which is read once: how probable each is, token
   * by token. Special tokens that are spelled in the texts are ordinary text; no token is put in
   * front.
   *
   * <p>The tokens are those of prompt and continuation as one text, and a continuation's are those
   * behind the tokens that the prompt has by itself, without blanks at its end: these belong to the
   * continuation. Where the two texts join in one token, that one is the continuation's.
   *
   * @return for each continuation, in order, its tokens and their log-probabilities
   * @throws IllegalArgumentException if the prompt has nothing but blanks, a continuation has no
   *     tokens or joins the prompt's first one, or both together do not fit the positions
   * @throws java.util.concurrent.RejectedExecutionException as {@link #generate} does: it takes a
   *     place among the generations
   */
  public List<ScoredText> score(String prompt, List<String> continuations) {
    return score(prompt, continuations, new Cancellation());
  }

  /**
   * The same with a switch or a time limit ({@link Cancellation#cancelAfter}), waiting included.
   *
   * @throws java.util.concurrent.CancellationException if that ends it
   * @see #score(String, List)
   */
  public List<ScoredText> score(
      String prompt, List<String> continuations, Cancellation cancellation) {
    return new TextScorer(requests).score(prompt, continuations, cancellation);
  }

  /**
   * The perplexity of {@code text}, in which special tokens that are spelled are ordinary text.
   *
   * @see #perplexity(String, InputSpecials, ProgressListener)
   */
  public Perplexity perplexity(String text) {
    return perplexity(text, InputSpecials.AS_TEXT, (done, total) -> {});
  }

  /**
   * The perplexity of {@code text}, telling the listener how many tokens are scored. No token is
   * put in front. A text longer than the engine's positions is read in windows of that many tokens:
   * see {@link io.hunyuan4j.core.generate.Scorer#perplexity}.
   *
   * @param specials whether special tokens that are spelled in the text take effect
   * @throws IllegalArgumentException if the text has fewer than two tokens
   * @throws java.util.concurrent.RejectedExecutionException as {@link #generate} does: it takes a
   *     place among the generations
   */
  public Perplexity perplexity(String text, InputSpecials specials, ProgressListener progress) {
    return perplexity(text, specials, progress, new Cancellation());
  }

  /**
   * The same with a switch or a time limit ({@link Cancellation#cancelAfter}), waiting included.
   *
   * @throws java.util.concurrent.CancellationException if that ends it
   * @see #perplexity(String, InputSpecials, ProgressListener)
   */
  public Perplexity perplexity(
      String text, InputSpecials specials, ProgressListener progress, Cancellation cancellation) {
    int[] tokens = tokenizer.encode(text, specials);
    return new TextScorer(requests).perplexity(tokens, progress, cancellation);
  }

  /**
   * A conversation to be answered, with the checkpoint's own settings: the model thinks if it can,
   * and what messages spell is never more than text.
   */
  public ChatRequest chatRequest(ChatMessage... messages) {
    return ChatRequest.of(defaults(), messages);
  }

  /** The same of one message of a user. */
  public ChatRequest chatRequest(String user) {
    return chatRequest(new ChatMessage.User(user));
  }

  /**
   * Answers a conversation and returns when the answer is complete.
   *
   * @throws IllegalArgumentException if the conversation has no messages or more tokens than the
   *     model has positions; if the options name a token that the model does not have; if a format
   *     or a tool's schema is broken or not supported, or no answer has as few tokens as are asked
   *     for or fit
   * @throws io.hunyuan4j.text.VocabularyFormatException if the checkpoint has no chat template, or
   *     a broken one
   * @throws io.hunyuan4j.text.template.TemplateException if the template refuses the conversation
   * @throws java.util.concurrent.RejectedExecutionException if as many generations run and wait as
   *     the engine's options allow
   */
  public ChatResponse chat(ChatRequest request) {
    Cancellation cancellation = requests.cancellation(request.options());
    ChatTurn turn = new ChatTurn(requests, request);
    try (Scheduler.Seat seat = requests.seat()) {
      return turn.runAlone(_ -> {}, cancellation, seat);
    }
  }

  /**
   * Answers a conversation in the background, telling the listener each piece as it comes.
   *
   * @throws RuntimeException as {@link #chat(ChatRequest)} does, before any work
   */
  public ChatGeneration chat(ChatRequest request, ChatListener listener) {
    Cancellation cancellation = requests.cancellation(request.options());
    ChatTurn turn = new ChatTurn(requests, request);
    return new ChatGeneration(
        requests.inBackground(cancellation, seat -> turn.runAlone(listener, cancellation, seat)));
  }

  /** A conversation that has not begun, with the checkpoint's own settings. */
  public ChatSession newChat() {
    return newChat(chatRequest());
  }

  /**
   * A conversation that begins with the messages of a request, such as that of the system, and has
   * its settings. The time that a template may print stays that at which it began.
   */
  public ChatSession newChat(ChatRequest start) {
    return ChatSession.begin(requests, start, requests.newSession());
  }

  /**
   * The conversation that {@link ChatSession#save} wrote, with its messages, tools and thinking.
   * The options of its answers are this checkpoint's own: they belong to who asks, not to what was
   * said. One that was saved by an engine with more or fewer positions is read again.
   *
   * @throws SessionFormatException if the file is cut or changed, has no conversation, or is
   *     another model's or version's or has another format of keys and values
   * @throws IOException if it cannot be read
   */
  public ChatSession restoreChat(Path file) throws IOException {
    SessionFile.Contents contents = requests.restoreConversation(file);
    boolean complete = false;
    try {
      ChatRequest request = ConversationJson.read(file, contents.attachment(), defaults());
      complete = true;
      return new ChatSession(requests, request, contents.session());
    } finally {
      if (!complete) {
        contents.session().close();
      }
    }
  }

  /**
   * A text to be continued piece by piece, that remembers what it has read; it has room for as many
   * tokens as the engine has positions.
   */
  public TextSession newSession() {
    return new TextSession(requests, requests.newSession());
  }

  /**
   * The session that {@link TextSession#save} wrote. Whatever it is asked from here on, it answers
   * what the saved one would have answered.
   *
   * @throws SessionFormatException if the file is cut or changed, or another model's or version's,
   *     or that of an engine with more positions or another format of keys and values
   * @throws IOException if it cannot be read
   */
  public TextSession restore(Path file) throws IOException {
    return new TextSession(requests, requests.restoreContents(file).session());
  }

  /** Bytes of native memory that keys and values take now: of sessions and of the prefix cache. */
  public long keyValueBytes() {
    return model().keyValueMemory().liveBytes();
  }

  /** How many tokens a text may have, its prompt included. */
  public int maxPositions() {
    return requests.maxPositions();
  }

  Requests requests() {
    return requests;
  }

  private GeneratedText run(
      int[] prompt,
      TextOptions textOptions,
      GenerationOptions generation,
      TextListener listener,
      Cancellation cancellation,
      Scheduler.Seat seat) {
    TextCollector collector = new TextCollector(tokenizer, textOptions, listener);
    try (Session session = requests.newSession()) {
      GenerationResult result =
          new Generator(model(), seat)
              .generate(prompt, session, generation, collector, cancellation);
      return collector.finish(result);
    }
  }

  /** Frees the weights and ends the threads. */
  @Override
  public void close() {
    prefixes.ifPresent(PrefixCache::close);
    open.close();
  }
}
