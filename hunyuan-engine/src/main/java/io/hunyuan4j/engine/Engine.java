package io.hunyuan4j.engine;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.core.generate.GenerationResult;
import io.hunyuan4j.core.generate.Generator;
import io.hunyuan4j.core.generate.TokenConstraint;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.loader.Checkpoint;
import io.hunyuan4j.text.OutputSpecials;
import io.hunyuan4j.text.TokenStream;
import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * A checkpoint, ready to continue texts. Safe to share between threads; every generation has a
 * session of its own.
 *
 * <p>Owns the mapped weights and the threads. Generations must have ended before {@link #close}.
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
  private final EngineOptions options;
  private final CompiledFormats formats;

  private Engine(OpenModel open, EngineOptions options) throws IOException {
    this.open = open;
    this.options = options;
    this.defaults = GenerationDefaults.read(open.checkpoint(), open.model().shape().vocabSize());
    this.tokenizer = tokenizer(open.checkpoint());
    int vocabSize = open.model().shape().vocabSize();
    this.formats = new CompiledFormats(tokenizer, defaults.stopTokens(), vocabSize);
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
   */
  public GeneratedText generate(String prompt, TextOptions textOptions) {
    int[] tokens = tokens(prompt, textOptions);
    GenerationOptions generation = generation(tokens, textOptions);
    return run(tokens, textOptions, generation, piece -> {}, new Cancellation());
  }

  /**
   * Continues {@code prompt} in the background, telling the listener each piece as it comes.
   *
   * @throws IllegalArgumentException if the prompt has no tokens or more than the model has
   *     positions, or the options name a token that it does not have; if the format is broken or
   *     not supported ({@link io.hunyuan4j.text.grammar.GrammarException}), or no text of it has as
   *     few tokens as are asked for or fit behind the prompt
   */
  public Generation generate(String prompt, TextOptions textOptions, TextListener listener) {
    int[] tokens = tokens(prompt, textOptions);
    GenerationOptions generation = generation(tokens, textOptions);
    Cancellation cancellation = new Cancellation();
    CompletableFuture<GeneratedText> future = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("hunyuan-generate")
        .start(
            () -> {
              try {
                future.complete(run(tokens, textOptions, generation, listener, cancellation));
              } catch (Throwable t) {
                future.completeExceptionally(t); // result() throws it to whoever waits
              }
            });
    return new Generation(future, cancellation);
  }

  private int maxPositions() {
    return options.maxPositions().orElse(model().shape().maxPositions());
  }

  private int[] tokens(String prompt, TextOptions textOptions) {
    textOptions.sampling().checkTokens(model().shape().vocabSize());
    int[] tokens = tokenizer.encode(prompt, textOptions.promptSpecials());
    int positions = maxPositions();
    if (tokens.length == 0) {
      throw new IllegalArgumentException("the prompt is empty");
    }
    if (tokens.length > positions) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens does not fit the model's %d positions"
              .formatted(tokens.length, positions));
    }
    return tokens;
  }

  /** With a constraint where a format is wanted, of which some text fits. */
  private GenerationOptions generation(int[] prompt, TextOptions textOptions) {
    GenerationOptions generation =
        new GenerationOptions(
            textOptions.maxTokens(),
            textOptions.sampling(),
            defaults.stopTokens(),
            GenerationOptions.DEFAULT_CHUNK);
    if (textOptions.responseFormat() instanceof ResponseFormat.FreeText) {
      return generation;
    }
    TokenConstraint.Source constraints = formats.of(textOptions.responseFormat());
    int places = maxPositions() - prompt.length + 1; // the last token needs none
    constraints.begin(Math.min(textOptions.maxTokens(), places)); // refuses before any work
    return generation.withConstraints(constraints);
  }

  private GeneratedText run(
      int[] prompt,
      TextOptions textOptions,
      GenerationOptions generation,
      TextListener listener,
      Cancellation cancellation) {
    long wanted = prompt.length + (long) textOptions.maxTokens();
    int capacity = (int) Math.min(wanted, maxPositions());
    TextCollector collector = new TextCollector(tokenizer, textOptions, listener);
    SessionOptions sessionOptions =
        SessionOptions.ofCapacity(capacity).withKvFormat(options.kvFormat());
    try (Session session = model().newSession(sessionOptions)) {
      GenerationResult result =
          new Generator(model())
              .generate(prompt, session, generation, collector::accept, cancellation);
      return collector.finish(result);
    }
  }

  /** Frees the weights and ends the threads. */
  @Override
  public void close() {
    open.close();
  }

  /** Turns tokens into text as they come, up to a stop string. */
  private static final class TextCollector {
    private final TokenStream stream;
    private final StopStrings stops;
    private final TextListener listener;
    private final StringBuilder text = new StringBuilder();

    TextCollector(Tokenizer tokenizer, TextOptions options, TextListener listener) {
      this.stream = tokenizer.stream(OutputSpecials.SKIPPED);
      this.stops = new StopStrings(options.stopStrings());
      this.listener = listener;
    }

    boolean accept(int token) {
      show(stops.append(stream.append(token)));
      return !stops.isFound();
    }

    GeneratedText finish(GenerationResult result) {
      show(stops.append(stream.finish()));
      show(stops.finish());
      return new GeneratedText(text.toString(), result);
    }

    private void show(String piece) {
      if (!piece.isEmpty()) {
        text.append(piece);
        listener.onText(piece);
      }
    }
  }
}
