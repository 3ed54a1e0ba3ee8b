package io.hunyuan4j.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.fail;

import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.kernels.WeightFormat;
import io.hunyuan4j.loader.CheckpointFormatException;
import io.hunyuan4j.text.VocabularyFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A checkpoint damaged anywhere opens and runs, or is refused with one of the exceptions made for
 * that. Every case has a seed of its own, counted up from the one that is printed: {@code
 * -Dfuzz.seed=… -Dfuzz.cases=1} repeats a case, a greater {@code fuzz.cases} makes the run longer.
 */
final class CorruptionTest {
  private static final int CASES = Integer.getInteger("fuzz.cases", 300);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /** As much of a file as is damaged: all of it, or the header and some of the weights. */
  private static final int MOST_BYTES = 1 << 20;

  private static final EngineOptions OPTIONS =
      EngineOptions.defaults().withThreads(1).withVectorBits(0);

  private final long seed = Long.getLong("fuzz.seed", 1);
  private final List<SoundFile> sound = new ArrayList<>();
  private int opened;

  @TempDir Path folder;

  /** A file as it was, or the start of one with weights; a char is a byte. */
  private record SoundFile(Path path, String bytes) {
    boolean isWeights() {
      return path.toString().endsWith(".safetensors");
    }

    /** Weights are written in place: what follows their start stays. */
    void write(String changed) throws IOException {
      if (isWeights()) {
        Files.writeString(path, changed, ISO_8859_1, StandardOpenOption.WRITE);
      } else {
        Files.writeString(path, changed, ISO_8859_1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dense-v1", "large-cla4"})
  void damagedModel_runsOrIsRefused(String name) throws IOException {
    copy(Models.folder().resolve("golden").resolve(name));
    damageAndUse(CASES, this::useModel);
  }

  @Test
  void damagedModelWithVocabulary_runsOrIsRefused() throws IOException {
    copy(Models.tinyTales());
    damageAndUse((CASES + 1) / 2, this::useEngine);
  }

  @Test
  void damagedQuantizedModel_runsOrIsRefused() throws IOException {
    Path quantized = folder.resolve("quantized");
    EngineOptions q4 = OPTIONS.withWeights(WeightPolicy.of(WeightFormat.Q4));
    Path source = Models.folder().resolve("golden").resolve("dense-v1");
    Quantization.run(source, quantized, q4, 100_000, (done, total) -> {});
    copy(quantized);
    damageAndUse((CASES + 2) / 3, this::useModel);
  }

  /** Copies what belongs to the model, not the files of other tests; {@code config.json} first. */
  private void copy(Path checkpoint) throws IOException {
    try (var files = Files.list(checkpoint)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.matches("model.*|.*config\\.json|hy\\.tiktoken")) {
          Path copy = Files.copy(file, folder.resolve(name));
          try (var in = Files.newInputStream(copy)) {
            sound.add(new SoundFile(copy, new String(in.readNBytes(MOST_BYTES), ISO_8859_1)));
          }
        }
      }
    }
  }

  private void damageAndUse(int cases, Executable use) throws IOException {
    for (int i = 0; i < cases; i++) {
      Mutations mutations = new Mutations(new Random(seed + i));
      for (int files = mutations.oneIn(8) ? 2 : 1; files > 0; files--) {
        damage(mutations.oneIn(3) ? sound.getFirst() : mutations.any(sound), mutations);
      }
      String description = "fuzz.seed=%d: %s".formatted(seed + i, mutations.notes);
      assertTimeoutPreemptively(LONGEST, () -> runOrRefuse(use, description), description);
      for (SoundFile file : sound) {
        file.write(file.bytes());
      }
    }
    opened = 0;
    runOrRefuse(use, "restored");
    assertEquals(1, opened, "the restored checkpoint runs");
  }

  private static void damage(SoundFile file, Mutations mutations) throws IOException {
    String name = file.path().getFileName().toString();
    mutations.note(name);
    if (file.isWeights()) {
      file.write(mutations.ofWeights(file.bytes()));
    } else if (mutations.oneIn(40)) {
      mutations.note("deleted");
      Files.deleteIfExists(file.path());
    } else if (name.endsWith(".json")) {
      file.write(mutations.ofJson(file.bytes()));
    } else {
      file.write(
          mutations.oneIn(3) ? mutations.ofBytes(file.bytes()) : mutations.ofLines(file.bytes()));
    }
  }

  private void runOrRefuse(Executable use, String description) {
    try {
      use.execute();
      opened++;
    } catch (CheckpointFormatException
        | UnsupportedModelException
        | VocabularyFormatException refused) {
      // As it should be.
    } catch (Throwable e) {
      fail(description, e);
    }
  }

  private void useModel() throws IOException {
    try (OpenModel open = OpenModel.open(folder, OPTIONS)) {
      var model = open.model();
      int last = model.shape().vocabSize() - 1;
      int[] tokens =
          model.shape().maxPositions() < 3 ? new int[] {last} : new int[] {0, last / 2, last};
      try (Session session = model.newSession(SessionOptions.ofCapacity(tokens.length))) {
        model.forward(tokens, session);
      }
    }
  }

  private void useEngine() throws IOException {
    try (Engine engine = Engine.open(folder, OPTIONS)) {
      TextOptions options = engine.defaults().withMaxTokens(2);
      int tokens = engine.tokenizer().encode("Once", options.promptSpecials()).length;
      if (tokens <= engine.model().shape().maxPositions()) {
        engine.generate("Once", options);
      }
    }
  }

  /** Random damage, which remembers what it did. */
  private static final class Mutations {
    private static final Pattern VALUE =
        Pattern.compile("(?<=[\\[:,]\\s{0,9})(\"[^\"]*\"|[-+.\\w]+|\\[\\s*]|\\{\\s*})(?!\\s*:)");
    private static final Pattern SIZE =
        Pattern.compile("(?<=\"\\w{0,30}(size|heads|layers|experts?|topk)\":\\s{0,9})\\d+");
    private static final Pattern KEY = Pattern.compile("(?<=\")\\w+(?=\"\\s*:)");
    private static final Pattern MEMBER =
        Pattern.compile("\"\\w+\"\\s*:\\s*(\"[^\"]*\"|[-+.\\w]+|\\[[^]]*]|\\{[^}]*})\\s*,");
    private static final Pattern IN_HEADER =
        Pattern.compile("\\d+(?=[,.\\]])|\"(BF16|F32|F16)\"|(?<=shape\":)\\[\\d+,\\s*\\d+]");

    private static final String NASTY =
        "0 -1 1 2 3 7 64 4096 65536 2147483647 2147483648 1e308 1e-320 1e400 0.5 NaN null true"
            + " false \"x\" [] [1] [[]] [1,1,1,1,1,1,1,1] {} \"hunyuan_v1_moe\"";

    /** Keys that checkpoints may have and these do not. */
    private static final String MORE_KEYS =
        "head_dim attention_head_dim moe_layer_num_skipped moe_intermediate_size mlp_bias min_p"
            + " norm_topk_prob org_vocab_size max_new_tokens quantization_config";

    private final Random random;
    private final StringBuilder notes = new StringBuilder();

    Mutations(Random random) {
      this.random = random;
    }

    boolean oneIn(int times) {
      return random.nextInt(times) == 0;
    }

    <T> T any(List<T> values) {
      return values.get(random.nextInt(values.size()));
    }

    private String anyWord(String words) {
      return any(List.of(words.split(" ")));
    }

    void note(String what) {
      notes.append(notes.isEmpty() ? "" : ", ").append(what.replaceAll("\\s+", " "));
    }

    String ofJson(String json) {
      return switch (random.nextInt(9)) {
        case 0, 1 -> withNastyValue(json);
        case 2 -> withNastyValue(withNastyValue(json));
        case 3 -> replace(replace(json, SIZE, old -> "65536"), SIZE, old -> "65536");
        case 4 -> replace(json, MEMBER, old -> "");
        case 5 -> replace(json, MEMBER, old -> old + old);
        case 6 -> withNastyValue(replace(json, KEY, old -> anyWord(MORE_KEYS)));
        case 7 -> replace(json, KEY, old -> splice(old, random.nextInt(old.length()), 1, "x"));
        default -> ofBytes(json);
      };
    }

    private String withNastyValue(String json) {
      return replace(json, VALUE, old -> anyWord(NASTY));
    }

    String ofLines(String text) {
      List<String> lines = new ArrayList<>(text.lines().toList());
      int at = random.nextInt(lines.size());
      int other = random.nextInt(lines.size());
      note("lines %d and %d".formatted(at, other));
      switch (random.nextInt(5)) {
        case 0 -> lines.set(at, lines.set(other, lines.get(at)));
        case 1 -> lines.subList(Math.min(at, other), Math.max(at, other)).clear();
        case 2 -> lines.add(at, lines.get(other));
        case 3 -> lines.set(at, any(List.of("!!!! 7", "QUJD", "QUJD -1", "= 0", "QUJDRA= 9", "")));
        default -> lines.add("A".repeat(4 * (at + 1)) + " 0");
      }
      return String.join("\n", lines);
    }

    /** Damage of the same length, in the header more often than in the data. */
    String ofWeights(String bytes) {
      int headerEnd = bytes.indexOf("}}") + 2;
      return switch (random.nextInt(6)) {
        case 0, 1 -> flipped(bytes, random.nextInt(random.nextBoolean() ? 8 : headerEnd));
        case 2 -> {
          int from = headerEnd + random.nextInt(bytes.length() - headerEnd);
          note("NaN from byte " + from); // in every format
          yield bytes.substring(0, from) + "\u00FF".repeat(bytes.length() - from);
        }
        default ->
            replace(bytes.substring(0, headerEnd), IN_HEADER, this::ofSameLength)
                + bytes.substring(headerEnd);
      };
    }

    private String ofSameLength(String part) {
      String other =
          switch (part.charAt(0)) {
            case '[' -> part.replaceAll("(\\d+),\\s*(\\d+)", "$2,$1");
            case '"' -> anyWord("\"F32\" \"F16\" \"I8\" \"U8\"");
            default -> Integer.toString(random.nextInt((int) Math.pow(10, part.length())));
          };
      return other + " ".repeat(part.length() - other.length());
    }

    String ofBytes(String bytes) {
      int at = random.nextInt(bytes.length());
      int length = 1 + random.nextInt(8);
      note("%d bytes at %d".formatted(length, at));
      return switch (random.nextInt(4)) {
        case 0 -> flipped(bytes, at);
        case 1 -> splice(bytes, at, length, "");
        case 2 -> splice(bytes, at, 0, Character.toString(random.nextInt(256)).repeat(length));
        default -> bytes.substring(0, at);
      };
    }

    private String flipped(String bytes, int at) {
      int bit = random.nextInt(8);
      note("bit %d of byte %d flipped".formatted(bit, at));
      return splice(bytes, at, 1, Character.toString(bytes.charAt(at) ^ 1 << bit));
    }

    private static String splice(String text, int at, int removed, String inserted) {
      int rest = Math.min(text.length(), at + removed);
      return text.substring(0, at) + inserted + text.substring(rest);
    }

    /** Replaces one of the places where the pattern matches. */
    private String replace(String text, Pattern pattern, UnaryOperator<String> replacement) {
      var places = pattern.matcher(text).results().toList();
      if (places.isEmpty()) {
        return text;
      }
      var place = any(places);
      String with = replacement.apply(place.group());
      note("%s → %s at %d".formatted(place.group(), with, place.start()));
      return splice(text, place.start(), place.group().length(), with);
    }
  }
}
