package io.hunyuan4j.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a {@code tokenizer.json} of Hugging Face's tokenizers library: byte-level byte pair
 * encoding, the kind that Hunyuan's dense models and most others come with. Whatever else the file
 * asks for is an error that names its place, because it would change the ids.
 *
 * <p>Of {@code truncation}, {@code padding} and {@code post_processor} nothing is taken: they cut,
 * fill or frame the ids of a finished text, which is the caller's to do. {@link HuggingFaceText}
 * reads how text is normalised and cut, this class the tokens and merges.
 */
final class HuggingFaceTokenizer {
  private final JsonCursor model;
  private final Map<String, Integer> ids = new HashMap<>();
  private final BitSet ordinary = new BitSet(); // ids that are found by their bytes
  private final List<AddedToken> added = new ArrayList<>();
  private final int[] bytesByCharacter = ByteAlphabet.bytesByCharacter();

  /** Of each id; none for one that is not used. Longer than the vocabulary while it grows. */
  private byte[][] bytes = new byte[0][];

  private int size; // one more than the greatest id

  private HuggingFaceTokenizer(JsonCursor model) {
    this.model = model;
  }

  static Tokenizer read(Path file) throws IOException {
    JsonCursor root = JsonCursor.read(file);
    root.requireOnly(
        "version",
        "truncation",
        "padding",
        "added_tokens",
        "normalizer",
        "pre_tokenizer",
        "post_processor",
        "decoder",
        "model");
    HuggingFaceText.requireByteLevelDecoder(root.get("decoder"));
    HuggingFaceText.requireKnownPostProcessor(root.get("post_processor"));
    Normalization normalization = HuggingFaceText.normalization(root.get("normalizer"));
    PreTokenizer preTokenizer = HuggingFaceText.preTokenizer(root.get("pre_tokenizer"));

    HuggingFaceTokenizer tokenizer = new HuggingFaceTokenizer(root.get("model"));
    tokenizer.requireKnownModel();
    tokenizer.readVocabulary();
    if (root.get("added_tokens").isPresent()) {
      tokenizer.readAddedTokens(root.get("added_tokens"), normalization);
    }
    return new Tokenizer(
        new TokenTable(Arrays.copyOf(tokenizer.bytes, tokenizer.size), tokenizer.ordinary),
        tokenizer.merges(),
        tokenizer.model.get("ignore_merges").flag(false)
            ? BytePairEncoder.WholePieces.FIRST
            : BytePairEncoder.WholePieces.ONLY_BY_MERGING,
        normalization,
        preTokenizer,
        tokenizer.added);
  }

  private void requireKnownModel() {
    model.requireOnly(
        "type",
        "dropout",
        "unk_token",
        "continuing_subword_prefix",
        "end_of_word_suffix",
        "fuse_unk",
        "byte_fallback",
        "ignore_merges",
        "vocab",
        "merges");
    // Files from before the key was written have no type.
    if (model.get("type").isPresent() && !model.get("type").string().equals("BPE")) {
      throw model.get("type").expected("\"BPE\"");
    }
    // unk_token and fuse_unk are for bytes without a token, and there are none.
    for (String key :
        List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback")) {
      model.get(key).requireOff();
    }
  }

  private void readVocabulary() {
    BitSet used = new BitSet();
    for (JsonCursor.Entry entry : model.get("vocab").entries()) {
      int id = entry.value().intBelow(TokenTable.MAX_TOKENS);
      if (entry.key().isEmpty()) {
        throw entry.value().broken("a token has at least one character");
      }
      if (used.get(id)) {
        throw entry.value().broken("id " + id + " belongs to another token already");
      }
      used.set(id);
      ids.put(entry.key(), id);
      byte[] spelled = ByteAlphabet.bytes(entry.key(), bytesByCharacter);
      ordinary.set(id, spelled.length > 0);
      setBytes(id, spelled.length > 0 ? spelled : entry.key().getBytes(UTF_8));
    }
  }

  private void setBytes(int id, byte[] value) {
    size = Math.max(size, id + 1);
    if (id >= bytes.length) {
      int old = bytes.length;
      bytes = Arrays.copyOf(bytes, Math.max(id + 1, Math.min(old * 2, TokenTable.MAX_TOKENS)));
      Arrays.fill(bytes, old, bytes.length, new byte[0]);
    }
    bytes[id] = value;
  }

  private void readAddedTokens(JsonCursor list, Normalization normalization) {
    Set<String> spellings = new HashSet<>();
    int chars = 0;
    for (JsonCursor token : list.elements()) {
      token.requireOnly(
          "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
      for (String key : List.of("single_word", "lstrip", "rstrip")) {
        token.get(key).requireOff();
      }
      AddedToken read = addedToken(token, normalization);
      chars += read.spelling().length();
      if (chars >= IntPairMap.KEY_LIMIT) {
        throw token.broken(
            "the added tokens have " + IntPairMap.KEY_LIMIT + " chars or more together");
      }
      if (!spellings.add(read.spelling())) {
        throw token
            .get("content")
            .broken(
                "the added token "
                    + VocabularyFormatException.quoted(read.spelling())
                    + " stands twice");
      }
      added.add(read);
    }
  }

  private AddedToken addedToken(JsonCursor token, Normalization normalization) {
    int id = token.get("id").intBelow(TokenTable.MAX_TOKENS);
    String content = token.get("content").string();
    if (content.isEmpty() || content.length() > AddedTokenMatcher.MAX_SPELLING_CHARS) {
      throw token
          .get("content")
          .expected("1 to " + AddedTokenMatcher.MAX_SPELLING_CHARS + " chars");
    }
    boolean special = token.get("special").flag(false);
    boolean normalized = token.get("normalized").flag(!special);
    boolean free = id >= bytes.length || bytes[id].length == 0;
    Integer known = ids.get(content);
    if (known == null ? !free : known != id) {
      throw token
          .get("id")
          .broken(
              "id "
                  + id
                  + " of "
                  + VocabularyFormatException.quoted(content)
                  + " belongs to another token, or the token has another id");
    }
    ids.put(content, id);
    if (!ordinary.get(id)) {
      setBytes(id, content.getBytes(UTF_8));
    }
    return new AddedToken(
        id,
        normalized ? normalization.apply(content) : content,
        special ? AddedToken.Kind.SPECIAL : AddedToken.Kind.TEXT,
        normalized ? AddedToken.Stage.NORMALIZED : AddedToken.Stage.RAW);
  }

  private Merges merges() {
    List<JsonCursor> list = model.get("merges").elements();
    IntPairMap ranks = new IntPairMap();
    int[] merged = new int[list.size()];
    for (int rank = 0; rank < merged.length; rank++) {
      JsonCursor merge = list.get(rank);
      List<String> sides = sides(merge);
      int left = id(sides.get(0), merge);
      int right = id(sides.get(1), merge);
      merged[rank] = id(sides.get(0) + sides.get(1), merge);
      ranks.put(left, right, rank);
    }
    return new Merges(singleBytes(), ranks, merged);
  }

  /** The two sides of a merge: {@code "a b"}, or {@code ["a", "b"]} in newer files. */
  private static List<String> sides(JsonCursor merge) {
    List<String> sides =
        merge.node().isArray()
            ? merge.elements().stream().map(JsonCursor::string).toList()
            : List.of(merge.string().split(" ", -1));
    if (sides.size() != 2) {
      throw merge.expected("two tokens");
    }
    return sides;
  }

  private int id(String token, JsonCursor place) {
    Integer id = ids.get(token);
    if (id == null) {
      throw place.broken(
          "the token " + VocabularyFormatException.quoted(token) + " is not in the vocabulary");
    }
    return id;
  }

  private int[] singleBytes() {
    int[] single = new int[256];
    for (int value = 0; value < single.length; value++) {
      single[value] = id(String.valueOf(ByteAlphabet.character(value)), model.get("vocab"));
    }
    return single;
  }
}
