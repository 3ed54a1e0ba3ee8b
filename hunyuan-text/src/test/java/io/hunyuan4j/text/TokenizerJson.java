package io.hunyuan4j.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a {@code tokenizer.json} that gives the ids of a tiktoken vocabulary, as the converters of
 * other projects do.
 */
final class TokenizerJson {
  /**
   * The patterns of Hunyuan's dense models and DeepSeek V3, which cut in turn (llama.cpp,
   * pre-tokenizer hunyuan-dense).
   */
  static final List<String> DENSE_PATTERNS =
      List.of(
          "\\p{N}{1,3}",
          "[一-龥\u3040-ゟ゠-ヿ]+",
          "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n"
              + "\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n"
              + "]*|\\s*[\r\n"
              + "]+|\\s+(?!\\S)|\\s+");

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private TokenizerJson() {}

  /** How the file writes a merge. */
  enum MergeForm {
    STRINGS,
    ARRAYS
  }

  /**
   * All ordinary and special tokens of {@code tokenizer}, with merges by rank and whole pieces
   * first.
   */
  static ObjectNode of(Tokenizer tokenizer, MergeForm form) {
    ObjectNode root = skeleton();
    ObjectNode model = (ObjectNode) root.get("model");
    ObjectNode vocab = (ObjectNode) model.get("vocab");
    ArrayNode merges = (ArrayNode) model.get("merges");
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      if (tokenizer.isSpecial(id)) {
        addToken(root, id, new String(tokenizer.tokenBytes(id), UTF_8));
      } else {
        String spelling = spelling(tokenizer.tokenBytes(id));
        ids.put(spelling, id);
        vocab.put(spelling, id);
      }
    }
    ids.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .forEach(token -> addMerge(token.getKey(), token.getValue(), ids, merges, form));
    return root;
  }

  /**
   * The one merge that makes the token: its two parts when merging stops short of its own rank.
   * Tokens that end in more parts have none.
   */
  private static void addMerge(
      String token, int rank, Map<String, Integer> ids, ArrayNode merges, MergeForm form) {
    List<String> parts = new ArrayList<>(token.chars().mapToObj(Character::toString).toList());
    while (parts.size() > 2) {
      int best = -1;
      int lowest = rank;
      for (int i = 0; i + 1 < parts.size(); i++) {
        int here = ids.getOrDefault(parts.get(i) + parts.get(i + 1), rank);
        if (here < lowest) {
          lowest = here;
          best = i;
        }
      }
      if (best < 0) {
        return;
      }
      parts.set(best, parts.get(best) + parts.remove(best + 1));
    }
    if (parts.size() == 2) {
      switch (form) {
        case STRINGS -> merges.add(parts.get(0) + " " + parts.get(1));
        case ARRAYS -> merges.addArray().add(parts.get(0)).add(parts.get(1));
      }
    }
  }

  private static String spelling(byte[] bytes) {
    StringBuilder spelling = new StringBuilder();
    for (byte value : bytes) {
      spelling.append(ByteAlphabet.character(value & 0xFF));
    }
    return spelling.toString();
  }

  /** A file without tokens: NFC, Hunyuan's pattern, whole pieces first. */
  static ObjectNode skeleton() {
    try {
      ObjectNode root =
          (ObjectNode)
              MAPPER.readTree(
                  """
                  {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
                   "normalizer": {"type": "NFC"},
                   "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                     {"type": "Split", "pattern": {"Regex": ""}, "behavior": "Isolated", "invert": false},
                     {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
                   "post_processor": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
                   "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
                   "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "", "end_of_word_suffix": null,
                     "fuse_unk": false, "byte_fallback": false, "ignore_merges": true, "vocab": {}, "merges": []}}
                  """);
      setPatterns(root, List.of(WordScanner.SINGLE_DIGITS_PATTERN));
      return root;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Cuts by these patterns in turn. */
  static void setPatterns(ObjectNode root, List<String> patterns) {
    ArrayNode stages = MAPPER.createArrayNode();
    for (String pattern : patterns) {
      ObjectNode split =
          stages.addObject().put("type", "Split").put("behavior", "Isolated").put("invert", false);
      split.putObject("pattern").put("Regex", pattern);
    }
    stages.add(
        root.at("/pre_tokenizer/pretokenizers")
            .get(root.at("/pre_tokenizer/pretokenizers").size() - 1));
    ((ObjectNode) root.get("pre_tokenizer")).set("pretokenizers", stages);
  }

  /** Adds a special token, found in the normalised text as with tiktoken. */
  static ObjectNode addToken(ObjectNode root, int id, String content) {
    return ((ArrayNode) root.get("added_tokens"))
        .addObject()
        .put("id", id)
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", true)
        .put("special", true);
  }

  /**
   * A small vocabulary: the 256 bytes with their values as ids, then a token for each merge, from
   * 256 on.
   */
  static ObjectNode small(String... merges) {
    ObjectNode root = skeleton();
    ObjectNode vocab = (ObjectNode) root.at("/model/vocab");
    for (int value = 0; value < 256; value++) {
      vocab.put(String.valueOf(ByteAlphabet.character(value)), value);
    }
    for (String merge : merges) {
      vocab.put(merge.replace(" ", ""), vocab.size());
      ((ArrayNode) root.at("/model/merges")).add(merge);
    }
    return root;
  }

  static Tokenizer open(ObjectNode root, Path folder) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.write(file, MAPPER.writeValueAsBytes(root));
    return Tokenizer.fromTokenizerJson(file);
  }
}
