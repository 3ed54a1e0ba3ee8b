package io.hunyuan4j.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * The spellings of the special tokens that follow the ordinary tokens of a {@code hy.tiktoken}, in
 * the order of their ids. The file does not list them.
 *
 * <p>Hunyuan's are {@code <|endoftext|>}, {@code <|startoftext|>}, {@code <|bos|>}, {@code
 * <|eos|>}, {@code <|pad|>}, {@code <|extra_0|>}, {@code <|extra_1|>} …; Large has 204 extras, A13B
 * and the later models 205. Source: {@code tokenization_hy.py} of both.
 *
 * @param spellings distinct, not empty
 */
public record SpecialTokens(List<String> spellings) {
  private static final int LARGE_EXTRAS = 204;
  private static final int A13B_EXTRAS = 205;

  public SpecialTokens {
    spellings = List.copyOf(spellings);
    if (new HashSet<>(spellings).size() < spellings.size()) {
      throw new IllegalArgumentException(
          "special tokens must differ, but some of these are the same: " + spellings);
    }
    for (String spelling : spellings) {
      if (spelling.isEmpty() || spelling.length() > AddedTokenMatcher.MAX_SPELLING_CHARS) {
        throw new IllegalArgumentException(
            "a special token has 1 to "
                + AddedTokenMatcher.MAX_SPELLING_CHARS
                + " chars, but one has "
                + spelling.length());
      }
    }
  }

  /** Those of Hunyuan-Large: up to {@code <|extra_203|>}. */
  public static SpecialTokens hunyuanLarge() {
    return hunyuan(LARGE_EXTRAS);
  }

  /** Those of Hunyuan-A13B: up to {@code <|extra_204|>}. */
  public static SpecialTokens hunyuanA13b() {
    return hunyuan(A13B_EXTRAS);
  }

  private static SpecialTokens hunyuan(int extras) {
    List<String> spellings =
        new ArrayList<>(
            List.of("<|endoftext|>", "<|startoftext|>", "<|bos|>", "<|eos|>", "<|pad|>"));
    for (int extra = 0; extra < extras; extra++) {
      spellings.add("<|extra_" + extra + "|>");
    }
    return new SpecialTokens(spellings);
  }

  /**
   * Those that {@code config.json} speaks of. Large and A13B come with the same {@code
   * hy.tiktoken}, so the file itself does not tell.
   *
   * <ol>
   *   <li>If {@code org_vocab_size}, or else {@code vocab_size}, is exactly the number of ids with
   *       204 or 205 extras, that is the number of extras. (A13B says 128167.)
   *   <li>Otherwise the embedding is padded, or there is no such number or no file: an architecture
   *       of generation V1 ({@code HunYuanMoEV1ForCausalLM}, {@code HunYuanDenseV1ForCausalLM}) has
   *       205, any other 204.
   * </ol>
   *
   * @param config need not exist
   * @param ordinaryTokens in the vocabulary
   * @throws VocabularyFormatException if the file is broken, or if {@code vocab_size} is smaller
   *     than the number of ids, so that the model had no embedding for some
   */
  static SpecialTokens ofCheckpoint(Path config, int ordinaryTokens) throws IOException {
    if (!Files.exists(config)) {
      return hunyuanLarge();
    }
    JsonCursor root = JsonCursor.read(config);
    SpecialTokens specials = chosenBy(root, ordinaryTokens);
    JsonCursor size = root.get("vocab_size");
    int ids = ordinaryTokens + specials.spellings().size();
    if (size.isPresent() && size.intBelow(Integer.MAX_VALUE) < ids) {
      throw size.expected("at least the " + ids + " ids of the vocabulary beside it");
    }
    return specials;
  }

  private static SpecialTokens chosenBy(JsonCursor config, int ordinaryTokens) {
    for (String key : List.of("org_vocab_size", "vocab_size")) {
      JsonCursor size = config.get(key);
      for (SpecialTokens specials : List.of(hunyuanLarge(), hunyuanA13b())) {
        if (size.isPresent()
            && size.intBelow(Integer.MAX_VALUE) == ordinaryTokens + specials.spellings().size()) {
          return specials;
        }
      }
    }
    return isGenerationV1(config) ? hunyuanA13b() : hunyuanLarge();
  }

  /** Whether a {@code config.json} is that of A13B or a later model, not of Large. */
  static boolean isGenerationV1(JsonCursor config) {
    JsonCursor architectures = config.get("architectures");
    return architectures.isPresent()
        && architectures.elements().stream()
            .anyMatch(name -> name.string().endsWith("V1ForCausalLM"));
  }
}
