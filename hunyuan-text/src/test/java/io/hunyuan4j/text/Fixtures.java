package io.hunyuan4j.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;

/** Where the tests find vocabularies and official results, and random text. */
public final class Fixtures {
  /**
   * Odd and ordinary parts of text: every branch of the pattern, both ends of each class, what NFC
   * changes, special tokens whole and broken.
   */
  private static final List<String> PARTS =
      List.of(
          "a",
          "Z",
          "the",
          " once",
          "upon",
          "é",
          "e\u0301",
          "ſ",
          "ß",
          "ñ",
          "мир",
          "שלום",
          "مرحبا",
          "สวัสดี",
          "中文",
          "我们的",
          "カタカナ",
          "が",
          "か\u3099",
          "한국어",
          "\u1112\u1161\u11ab",
          "𠮷",
          "😀",
          "👩\u200d💻",
          "🇨🇳",
          "0",
          "42",
          "2024",
          "½",
          "Ⅷ",
          "①",
          "٣",
          "𝟘",
          " ",
          "  ",
          "     ",
          "\t",
          "\n",
          "\n\n",
          "\r\n",
          "\r",
          "\u000b",
          "\f",
          "\u0085",
          "\u00a0",
          "\u1680",
          "\u2003",
          "\u2028",
          "\u2029",
          "\u3000",
          "\u001c",
          "\u180e",
          "\u200b",
          "\ufeff",
          "\u0000",
          "'s",
          "'S",
          "'ſ",
          "'t",
          "'re",
          "'RE",
          "'vE",
          "'m",
          "'ll",
          "'lL",
          "'l",
          "'d",
          "'",
          "''",
          "’s",
          "don't",
          ".",
          ",",
          "!?",
          "...",
          "—",
          "=>",
          "<",
          "<|",
          "|>",
          "<|eos|>",
          "<|extra_0|>",
          "<|extra_204|>",
          "<|eos",
          "<|<|eos|>",
          "\u0301",
          "\u0338",
          "\u0327\u0301",
          "\u20dd",
          "\u0903",
          "_",
          "$",
          "+",
          "^",
          "`",
          "ﬁ",
          "K",
          "\u2000",
          "\u037e",
          "\ud800",
          "\udc00",
          "\uffff",
          "\udbff\udfff");

  private Fixtures() {}

  /** The folder of the project: the one above this module that holds the root pom.xml. */
  static Path project() {
    Path folder = Path.of(System.getProperty("user.dir")).toAbsolutePath();
    Path project = folder;
    for (Path at = folder; at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("pom.xml")) && Files.exists(at.resolve("models"))) {
        project = at;
      }
    }
    return project;
  }

  /** The folder of the bundled model. */
  public static Path bundledModel() {
    return project().resolve("models/tiny-tales");
  }

  /** The vocabulary of the bundled model: 3,887 ordinary tokens, 4,096 ids. */
  static Path bundledVocabulary() {
    return bundledModel().resolve("hy.tiktoken");
  }

  static Tokenizer bundled() throws IOException {
    return Tokenizer.open(bundledModel());
  }

  /** The folder of official results, which a stranger's clone does not have. */
  static Path goldens() {
    return project().resolveSibling("shared/golden/text");
  }

  /** Tencent's own files, which a stranger's clone does not have. */
  public static Path hunyuan() {
    return project().resolveSibling("shared/hunyuan");
  }

  public static boolean haveOfficialFiles() {
    return Files.isDirectory(goldens()) && Files.exists(hunyuan().resolve("large/hy.tiktoken"));
  }

  public static List<JsonNode> lines(String golden) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> lines = new ArrayList<>();
    // Not by lines(): the strings hold line separators of other kinds.
    for (String line : Files.readString(goldens().resolve(golden), UTF_8).split("\n", -1)) {
      if (!line.isEmpty()) {
        lines.add(mapper.readTree(line));
      }
    }
    return lines;
  }

  static int[] ids(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }

  /** A random text of up to {@code parts} parts; now and then a code point from anywhere. */
  static String randomText(Random random, int parts) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(parts + 1); i > 0; i--) {
      if (random.nextInt(12) == 0) {
        text.appendCodePoint(random.nextInt(random.nextBoolean() ? 0x3000 : 0x110000));
      } else {
        text.append(
            PARTS
                .get(random.nextInt(PARTS.size()))
                .repeat(random.nextInt(8) == 0 ? 1 + random.nextInt(5) : 1));
      }
    }
    return text.toString();
  }

  /** A generator whose seed is on the console, so that a failure can be repeated. */
  public static Random random(String test, long seed) {
    System.out.println(test + ": seed " + seed);
    return new Random(seed);
  }
}
