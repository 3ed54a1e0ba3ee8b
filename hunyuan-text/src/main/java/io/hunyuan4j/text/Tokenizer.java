package io.hunyuan4j.text;

import io.hunyuan4j.text.template.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Turns text into token ids and back. Immutable; one serves all threads.
 *
 * <p>Encoding: a lone surrogate counts as U+FFFD; the text is normalised; added tokens are found by
 * their spellings, leftmost and longest first; the text between them is cut into pieces; each piece
 * is merged from its UTF-8 bytes. No id is added in front or behind: a chat template writes what a
 * model expects there.
 *
 * <p>Decoding: the tokens' bytes together are UTF-8, with U+FFFD for what is not.
 */
public final class Tokenizer {
  private static final String TIKTOKEN = "hy.tiktoken";
  private static final String TOKENIZER_JSON = "tokenizer.json";

  private final TokenTable tokens;
  private final Merges merges;
  private final BytePairEncoder.WholePieces wholePieces;
  private final Normalization normalization;
  private final PreTokenizer preTokenizer;
  private final Map<Integer, AddedToken> added = new HashMap<>();
  private final Map<String, Integer> addedIds = new HashMap<>();
  private final AddedTokenMatcher rawAll;
  private final AddedTokenMatcher rawText;
  private final AddedTokenMatcher normalizedAll;
  private final AddedTokenMatcher normalizedText;

  Tokenizer(
      TokenTable tokens,
      Merges merges,
      BytePairEncoder.WholePieces wholePieces,
      Normalization normalization,
      PreTokenizer preTokenizer,
      List<AddedToken> addedTokens) {
    this.tokens = tokens;
    this.merges = merges;
    this.wholePieces = wholePieces;
    this.normalization = normalization;
    this.preTokenizer = preTokenizer;
    for (AddedToken token : addedTokens) {
      added.put(token.id(), token);
      addedIds.put(token.spelling(), token.id());
    }
    rawAll = matcher(addedTokens, AddedToken.Stage.RAW, InputSpecials.ALLOWED);
    rawText = matcher(addedTokens, AddedToken.Stage.RAW, InputSpecials.AS_TEXT);
    normalizedAll = matcher(addedTokens, AddedToken.Stage.NORMALIZED, InputSpecials.ALLOWED);
    normalizedText = matcher(addedTokens, AddedToken.Stage.NORMALIZED, InputSpecials.AS_TEXT);
  }

  private static AddedTokenMatcher matcher(
      List<AddedToken> tokens, AddedToken.Stage stage, InputSpecials specials) {
    return new AddedTokenMatcher(
        tokens.stream()
            .filter(token -> token.stage() == stage)
            .filter(
                token -> specials == InputSpecials.ALLOWED || token.kind() == AddedToken.Kind.TEXT)
            .toList());
  }

  /**
   * The tokenizer of the checkpoint in {@code folder}: of {@code hy.tiktoken}, or the only other
   * file of that extension, if there is one, else of {@code tokenizer.json}.
   *
   * <p>A tiktoken file does not list its special tokens. Which they are is told by {@code
   * config.json} beside it, see {@link SpecialTokens#ofCheckpoint}.
   *
   * @throws VocabularyFormatException if the folder has no vocabulary, or several, or one that is
   *     broken or asks for something unknown
   * @throws IOException if a file cannot be read
   */
  public static Tokenizer open(Path folder) throws IOException {
    Path named = folder.resolve(TIKTOKEN);
    List<Path> tiktoken = Files.exists(named) ? List.of(named) : tiktokenFiles(folder);
    if (tiktoken.size() > 1) {
      throw new VocabularyFormatException(
          folder, "", "expected one vocabulary or one called " + TIKTOKEN + ", found " + tiktoken);
    }
    if (tiktoken.size() == 1) {
      TiktokenVocabulary vocabulary = TiktokenVocabulary.read(tiktoken.getFirst());
      return vocabulary.tokenizer(
          SpecialTokens.ofCheckpoint(folder.resolve("config.json"), vocabulary.size()));
    }
    Path json = folder.resolve(TOKENIZER_JSON);
    if (!Files.exists(json)) {
      throw new VocabularyFormatException(
          folder, "", "expected " + TIKTOKEN + " or " + TOKENIZER_JSON + ", found neither");
    }
    return fromTokenizerJson(json);
  }

  private static List<Path> tiktokenFiles(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".tiktoken")).sorted().toList();
    }
  }

  /**
   * The tokenizer of a tiktoken file, with these special tokens after the ordinary ones.
   *
   * @throws VocabularyFormatException if the file is broken
   * @throws IOException if the file cannot be read
   */
  public static Tokenizer fromTiktoken(Path file, SpecialTokens specials) throws IOException {
    return TiktokenVocabulary.read(file).tokenizer(specials);
  }

  /**
   * The tokenizer of a {@code tokenizer.json} of Hugging Face's library: byte-level byte pair
   * encoding and nothing else.
   *
   * @throws VocabularyFormatException if the file is broken or asks for something unknown
   * @throws IOException if the file cannot be read
   */
  public static Tokenizer fromTokenizerJson(Path file) throws IOException {
    return HuggingFaceTokenizer.read(file);
  }

  /** The ids of {@code text}. */
  public int[] encode(String text, InputSpecials specials) {
    BytePairEncoder encoder = new BytePairEncoder(tokens, merges, wholePieces);
    AddedTokenMatcher raw = specials == InputSpecials.ALLOWED ? rawAll : rawText;
    AddedTokenMatcher normalized =
        specials == InputSpecials.ALLOWED ? normalizedAll : normalizedText;
    PieceSink ordinaryText = (part, start, end) -> preTokenizer.cut(part, start, end, encoder);
    raw.match(
        withoutLoneSurrogates(text),
        encoder::id,
        (part, start, end) ->
            normalized.match(
                normalization.apply(part.substring(start, end)), encoder::id, ordinaryText));
    return encoder.toArray();
  }

  /**
   * The ids of {@code text}, in which a special token is found only where the template wrote all
   * chars of its spelling. Any other spelling is ordinary text, also one that begins in the
   * template's text and ends in foreign text, or that foreign characters become by normalisation.
   *
   * <p>As in {@link #encode(String, InputSpecials)} normalisation comes first, so a foreign
   * combining mark right behind a special token can still join its last character and undo it.
   */
  public int[] encode(Text text) {
    BytePairEncoder encoder = new BytePairEncoder(tokens, merges, wholePieces);
    PieceSink ordinaryText = (part, start, end) -> preTokenizer.cut(part, start, end, encoder);
    OwnChars whole = OwnChars.of(text, withoutLoneSurrogates(text.chars()));
    rawAll.match(
        whole.text(),
        (id, start, end) -> !isSpecial(id) || whole.isOwn(start, end),
        encoder::id,
        (_, from, to) -> {
          OwnChars part = whole.part(from, to).normalized(normalization);
          normalizedAll.match(
              part.text(),
              (id, start, end) -> !isSpecial(id) || part.isOwn(start, end),
              encoder::id,
              ordinaryText);
        });
    return encoder.toArray();
  }

  /** The text with U+FFFD in place of each lone surrogate; the same text where there is none. */
  private static String withoutLoneSurrogates(String text) {
    StringBuilder replaced = null;
    for (int at = 0; at < text.length(); at++) {
      if (!Character.isSurrogate(text.charAt(at))) {
        continue;
      }
      if (Character.isSupplementaryCodePoint(text.codePointAt(at))) {
        at++;
      } else {
        replaced = replaced == null ? new StringBuilder(text) : replaced;
        replaced.setCharAt(at, '\uFFFD');
      }
    }
    return replaced == null ? text : replaced.toString();
  }

  /**
   * The text of {@code ids}.
   *
   * @throws IllegalArgumentException if an id is negative, or is not in the vocabulary and {@code
   *     specials} is {@link OutputSpecials#SPELLED}
   */
  public String decode(int[] ids, OutputSpecials specials) {
    Utf8Stream utf8 = new Utf8Stream();
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      decode(id, specials, utf8, text);
    }
    utf8.finish(text);
    return text.toString();
  }

  /** Decodes one id through {@code utf8} into {@code text}. */
  void decode(int id, OutputSpecials specials, Utf8Stream utf8, StringBuilder text) {
    boolean skipped =
        switch (specials) {
          // Bytes of a character on both sides of what is skipped join.
          case SKIPPED -> isSpecial(id) || (id >= 0 && !tokens.contains(id));
          case SPELLED -> false;
        };
    if (!skipped) {
      tokens.decode(known(id), utf8, text);
    }
  }

  /** A decoder for ids that come one at a time. */
  public TokenStream stream(OutputSpecials specials) {
    return new TokenStream(this, specials);
  }

  /** One more than the greatest id. A {@code tokenizer.json} may leave some below unused. */
  public int vocabularySize() {
    return tokens.size();
  }

  /**
   * A copy of the token's bytes, not always UTF-8 on their own; for a special token those of its
   * spelling.
   *
   * @throws IllegalArgumentException if the id is not in the vocabulary
   */
  public byte[] tokenBytes(int id) {
    return tokens.bytes(known(id));
  }

  /** Whether there is a token with this id. */
  public boolean isToken(int id) {
    return tokens.contains(id);
  }

  /** Whether the id is that of a special token: a signal such as the end of a turn, not text. */
  public boolean isSpecial(int id) {
    AddedToken token = added.get(id);
    return token != null && token.kind() == AddedToken.Kind.SPECIAL;
  }

  /** The id of the special token with this spelling, such as {@code <|eos|>}, if there is one. */
  public OptionalInt specialId(String spelling) {
    Integer id = addedIds.get(spelling);
    return id == null || !isSpecial(id) ? OptionalInt.empty() : OptionalInt.of(id);
  }

  private int known(int id) {
    if (!tokens.contains(id)) {
      throw new IllegalArgumentException(
          "token id " + id + " is not in the vocabulary of " + tokens.size() + " ids");
    }
    return id;
  }
}
