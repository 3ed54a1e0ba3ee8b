package io.hunyuan4j.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.loader.CheckpointFormatException;
import io.hunyuan4j.text.VocabularyFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
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
  private static final int CASES = Integer.getInteger("fuzz.cases", 400);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /** As much of a file as is damaged: all of it, or the header and some of the weights. */
  private static final int MOST_BYTES = 1 << 20;

  private static final EngineOptions OPTIONS =
      EngineOptions.defaults().withThreads(1).withVectorBits(0);

  private final long seed = Long.getLong("fuzz.seed", System.nanoTime());
  private final List<SoundFile> sound = new ArrayList<>();
  private int opened;

  @TempDir Path folder;

  /** A file as it was, or the start of one with weights. */
  private record SoundFile(Path path, byte[] bytes) {
    boolean isWeights() {
      return path.toString().endsWith(".safetensors");
    }

    /** Weights are written in place: what follows their start stays. */
    void write(byte[] changed) throws IOException {
      if (isWeights()) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(changed));
        }
      } else {
        Files.write(path, changed);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dense-v1", "large-cla4"})
  void damagedModel_runsOrIsRefused(String name) throws IOException {
    copy(Models.folder().resolve("golden").resolve(name));
    damageAndUse(this::useModel);
  }

  @Test
  void damagedModelWithVocabulary_runsOrIsRefused() throws IOException {
    copy(Models.tinyTales());
    damageAndUse(this::useEngine);
  }

  private void copy(Path checkpoint) throws IOException {
    List<Path> files;
    try (var list = Files.list(checkpoint)) {
      files = list.filter(CorruptionTest::isRead).sorted().toList();
    }
    for (Path file : files) {
      Path copy = Files.copy(file, folder.resolve(file.getFileName()));
      try (var in = Files.newInputStream(copy)) {
        sound.add(new SoundFile(copy, in.readNBytes(MOST_BYTES)));
      }
    }
  }

  /** Whether the file belongs to the model, not to the tests beside it. */
  private static boolean isRead(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith("model") || name.endsWith("config.json") || name.endsWith(".tiktoken");
  }

  private void damageAndUse(Executable use) throws IOException {
    System.out.println("fuzz.seed=" + seed);
    for (int i = 0; i < CASES; i++) {
      Mutations mutations = new Mutations(new Random(seed + i));
      // One file in most cases, two in some, the configuration often.
      for (int files = mutations.oneIn(8) ? 2 : 1; files > 0; files--) {
        damage(mutations.any(mutations.oneIn(3) ? configs() : sound), mutations);
      }
      String description = "fuzz.seed=%d: %s".formatted(seed + i, mutations);
      assertTimeoutPreemptively(LONGEST, () -> runOrRefuse(use, description), description);
      restore();
    }
    int ran = opened;
    runOrRefuse(use, "restored");
    assertEquals(ran + 1, opened, "the restored checkpoint runs");
    System.out.printf("%d of %d damaged checkpoints ran%n", ran, CASES);
  }

  private List<SoundFile> configs() {
    return sound.stream().filter(file -> file.path().endsWith("config.json")).toList();
  }

  private void restore() throws IOException {
    for (SoundFile file : sound) {
      file.write(file.bytes());
    }
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
      file.write(mutations.ofLines(file.bytes()));
    }
  }

  private void runOrRefuse(Executable use, String description) {
    try {
      use.execute();
      opened++;
    } catch (CheckpointFormatException
        | UnsupportedModelException
        | VocabularyFormatException refused) {
      assertTrue(refused.getMessage() != null, description);
    } catch (Throwable e) {
      fail(description, e);
    }
  }

  private void useModel() throws IOException {
    try (OpenModel open = OpenModel.open(folder, OPTIONS)) {
      LanguageModel model = open.model();
      int last = model.shape().vocabSize() - 1;
      int[] tokens = {0, last / 2, last};
      int length = Math.min(tokens.length, model.shape().maxPositions());
      try (Session session = model.newSession(SessionOptions.ofCapacity(length))) {
        model.forward(Arrays.copyOf(tokens, length), session);
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
    private static final Pattern KEY = Pattern.compile("(?<=\")\\w+(?=\"\\s*:)");
    private static final Pattern MEMBER =
        Pattern.compile("\"\\w+\"\\s*:\\s*(\"[^\"]*\"|[-+.\\w]+|\\[[^]]*]|\\{[^}]*})\\s*,");
    private static final Pattern IN_HEADER =
        Pattern.compile("\\d+(?=[,.\\]])|\"(BF16|F32|F16)\"|(?<=shape\":)\\[\\d+,\\s*\\d+]");

    private static final List<String> NASTY =
        List.of(
            ("0 -1 1 2 3 7 64 4096 65536 2147483647 2147483648 1e308 1e-320 NaN null true false"
                    + " \"x\" [] [1] [[]] {} 0.5 1e400 [1,1,1,1,1,1,1,1] \"hunyuan_v1_moe\"")
                .split(" "));

    /** Keys that checkpoints may have and these do not. */
    private static final List<String> MORE_KEYS =
        List.of(
            ("head_dim attention_head_dim moe_layer_num_skipped moe_intermediate_size mlp_bias"
                    + " norm_topk_prob org_vocab_size min_p max_new_tokens quantization_config")
                .split(" "));

    private final Random random;
    private final StringBuilder notes = new StringBuilder();

    Mutations(Random random) {
      this.random = random;
    }

    boolean oneIn(int times) {
      return random.nextInt(times) == 0;
    }

    <T> T any(Collection<T> values) {
      return List.copyOf(values).get(random.nextInt(values.size()));
    }

    void note(String what) {
      notes.append(notes.isEmpty() ? "" : ", ").append(what.replaceAll("\\s+", " "));
    }

    byte[] ofJson(byte[] bytes) {
      String json = new String(bytes, ISO_8859_1);
      String nasty = any(NASTY);
      return switch (random.nextInt(9)) {
        case 0, 1 -> latin1(replace(json, VALUE, old -> nasty));
        case 2, 3 -> {
          String changed = json;
          for (int i = 2 + random.nextInt(2); i > 0; i--) {
            changed = replace(changed, VALUE, old -> any(NASTY));
          }
          yield latin1(changed);
        }
        case 4 -> latin1(replace(json, MEMBER, old -> ""));
        case 5 -> latin1(replace(json, MEMBER, old -> old + old));
        case 6 -> latin1(replace(json, KEY, this::misspelt));
        case 7 -> latin1(replace(json, MEMBER, old -> member(nasty) + old));
        default -> ofBytes(bytes);
      };
    }

    private String member(String value) {
      return "\"%s\": %s, ".formatted(any(MORE_KEYS), value);
    }

    private String misspelt(String key) {
      int at = random.nextInt(key.length());
      return key.substring(0, at) + (char) ('a' + random.nextInt(26)) + key.substring(at + 1);
    }

    byte[] ofLines(byte[] bytes) {
      List<String> lines = new ArrayList<>(new String(bytes, ISO_8859_1).lines().toList());
      int at = random.nextInt(lines.size());
      int other = random.nextInt(lines.size());
      int kind = random.nextInt(6);
      note("lines %d and %d, kind %d".formatted(at, other, kind));
      switch (kind) {
        case 0 -> Collections.swap(lines, at, other);
        case 1 -> lines.subList(Math.min(at, other), Math.max(at, other)).clear();
        case 2 -> lines.add(at, lines.get(other));
        case 3 -> lines.set(at, any(List.of("!!!! 7", "QUJD", "QUJD -1", "= 0", "QUJDRA= 9", "é")));
        case 4 -> lines.add(at, Base64.getEncoder().encodeToString(new byte[at + 1]) + " " + at);
        default -> {
          return ofBytes(bytes);
        }
      }
      return latin1(String.join("\n", lines));
    }

    /** Damage of the same length, in the header more often than in the data. */
    byte[] ofWeights(byte[] bytes) {
      int headerEnd = 8 + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
      byte[] damaged = bytes.clone();
      switch (random.nextInt(6)) {
        case 0 -> flip(damaged, random.nextInt(8));
        case 1 -> flip(damaged, random.nextInt(headerEnd));
        case 2 -> fill(damaged, headerEnd + random.nextInt(damaged.length - headerEnd));
        default -> {
          String header = new String(bytes, 0, headerEnd, ISO_8859_1);
          byte[] changed = latin1(replace(header, IN_HEADER, this::ofSameLength));
          System.arraycopy(changed, 0, damaged, 0, headerEnd);
        }
      }
      return damaged;
    }

    private String ofSameLength(String part) {
      if (part.startsWith("[")) {
        String[] sizes = part.substring(1, part.length() - 1).split(",");
        return "[" + sizes[1] + "," + sizes[0] + "]";
      }
      if (part.startsWith("\"")) {
        String dtype = any(List.of("\"F32\"", "\"F16\"", "\"I8\"", "\"U8\""));
        return dtype + " ".repeat(part.length() - dtype.length());
      }
      String number = Integer.toString(random.nextInt((int) Math.pow(10, part.length())));
      return number + " ".repeat(part.length() - number.length());
    }

    private void flip(byte[] bytes, int at) {
      int bit = random.nextInt(8);
      note("bit %d of byte %d flipped".formatted(bit, at));
      bytes[at] ^= (byte) (1 << bit);
    }

    /** All ones are NaN in every format of weights. */
    private void fill(byte[] bytes, int from) {
      note("all ones from byte " + from);
      Arrays.fill(bytes, from, bytes.length, (byte) 0xFF);
    }

    private byte[] ofBytes(byte[] bytes) {
      int at = random.nextInt(bytes.length);
      int end = Math.min(bytes.length, at + 1 + random.nextInt(8));
      int kind = random.nextInt(4);
      note("bytes %d to %d, kind %d".formatted(at, end, kind));
      byte[] damaged = bytes.clone();
      switch (kind) {
        case 0 -> flip(damaged, at);
        case 1 -> Arrays.fill(damaged, at, end, (byte) random.nextInt(256));
        case 2 -> System.arraycopy(bytes, at, damaged, at + 1, bytes.length - at - 1);
        default -> damaged = Arrays.copyOf(bytes, at);
      }
      return damaged;
    }

    /** Replaces one of the places where the pattern matches. */
    private String replace(String text, Pattern pattern, UnaryOperator<String> replacement) {
      List<MatchResult> places = pattern.matcher(text).results().toList();
      if (places.isEmpty()) {
        return text;
      }
      MatchResult place = any(places);
      String with = replacement.apply(place.group());
      note("%s → %s at %d".formatted(place.group(), with, place.start()));
      return text.substring(0, place.start()) + with + text.substring(place.end());
    }

    private static byte[] latin1(String text) {
      return text.getBytes(ISO_8859_1);
    }

    @Override
    public String toString() {
      return notes.toString();
    }
  }
}
