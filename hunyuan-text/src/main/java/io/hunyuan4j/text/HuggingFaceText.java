package io.hunyuan4j.text;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@code tokenizer.json} says about text before it is merged and after it is decoded. Parts
 * that are not known are errors.
 */
final class HuggingFaceText {
  /** What ByteLevel cuts by with {@code use_regex}: the pattern of GPT-2. */
  private static final String GPT2_PATTERN =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  private HuggingFaceText() {}

  /** None, {@code NFC}, or a {@code Sequence} of these. */
  static Normalization normalization(JsonCursor normalizer) {
    if (!normalizer.isPresent()) {
      return Normalization.NONE;
    }
    JsonCursor type = normalizer.get("type");
    return switch (type.string()) {
      case "NFC" -> {
        normalizer.requireOnly("type");
        yield Normalization.NFC;
      }
      case "Sequence" -> {
        normalizer.requireOnly("type", "normalizers");
        Normalization all = Normalization.NONE;
        for (JsonCursor one : normalizer.get("normalizers").elements()) {
          Normalization next = normalization(one);
          all = next == Normalization.NONE ? all : next; // NFC twice is NFC
        }
        yield all;
      }
      default -> throw type.expected("NFC or Sequence");
    };
  }

  /**
   * None, {@code ByteLevel}, {@code Split}, or a {@code Sequence} of these that has a ByteLevel.
   */
  static PreTokenizer preTokenizer(JsonCursor preTokenizer) {
    if (!preTokenizer.isPresent()) {
      throw preTokenizer.expected("ByteLevel, or a Sequence with it");
    }
    Stages stages = new Stages();
    stages.add(preTokenizer);
    if (!stages.byteLevel) {
      throw preTokenizer.expected("ByteLevel, or a Sequence with it");
    }
    return stages.all();
  }

  private static final class Stages {
    private final List<PreTokenizer> stages = new ArrayList<>();
    private boolean byteLevel;

    void add(JsonCursor one) {
      JsonCursor type = one.get("type");
      if (byteLevel) {
        // From there on the text would be in the alphabet of bytes.
        throw type.broken("nothing may follow ByteLevel");
      }
      switch (type.string()) {
        case "Sequence" -> {
          one.requireOnly("type", "pretokenizers");
          one.get("pretokenizers").elements().forEach(this::add);
        }
        case "Split" -> stages.add(split(one));
        case "ByteLevel" -> addByteLevel(one);
        default -> throw type.expected("Sequence, Split or ByteLevel");
      }
    }

    private void addByteLevel(JsonCursor one) {
      one.requireOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
      byteLevel = true;
      boolean prefixSpace = one.get("add_prefix_space").flag(true);
      PreTokenizer cut =
          one.get("use_regex").flag(true)
              ? RegexSplit.of(
                  new JsonCursor(one.file(), one.place(), TextNode.valueOf(GPT2_PATTERN)))
              : new PreTokenizer.Whole();
      stages.add(prefixSpace ? new PreTokenizer.PrefixSpace(cut) : cut);
    }

    PreTokenizer all() {
      return PreTokenizer.inTurn(stages);
    }
  }

  private static PreTokenizer split(JsonCursor split) {
    split.requireOnly("type", "pattern", "behavior", "invert");
    if (!split.get("behavior").string().equals("Isolated")) {
      throw split.get("behavior").expected("Isolated");
    }
    split.get("invert").requireOff();
    split.get("pattern").requireOnly("Regex");
    JsonCursor regex = split.get("pattern").get("Regex");
    return switch (regex.string()) {
      case WordScanner.SINGLE_DIGITS_PATTERN -> new WordScanner(1);
      case WordScanner.THREE_DIGITS_PATTERN -> new WordScanner(3);
      default -> RegexSplit.of(regex);
    };
  }

  /** {@code ByteLevel}, or a {@code Sequence} with it in which {@code Fuse} may stand too. */
  static void requireByteLevelDecoder(JsonCursor decoder) {
    if (!decoder.isPresent() || !isByteLevel(decoder)) {
      throw decoder.expected("ByteLevel, or a Sequence with it");
    }
  }

  private static boolean isByteLevel(JsonCursor decoder) {
    JsonCursor type = decoder.get("type");
    return switch (type.string()) {
      case "ByteLevel" -> true;
      case "Fuse" -> false; // joins the tokens, as is done anyway
      case "Sequence" -> {
        boolean byteLevel = false;
        for (JsonCursor one : decoder.get("decoders").elements()) {
          byteLevel |= isByteLevel(one);
        }
        yield byteLevel;
      }
      default -> throw type.expected("ByteLevel, Fuse or Sequence");
    };
  }

  /**
   * None, {@code ByteLevel} (offsets only), {@code TemplateProcessing} (frames the ids, as here the
   * chat template does), or a {@code Sequence} of these.
   */
  static void requireKnownPostProcessor(JsonCursor postProcessor) {
    if (!postProcessor.isPresent()) {
      return;
    }
    JsonCursor type = postProcessor.get("type");
    switch (type.string()) {
      case "ByteLevel", "TemplateProcessing" -> {}
      case "Sequence" ->
          postProcessor
              .get("processors")
              .elements()
              .forEach(HuggingFaceText::requireKnownPostProcessor);
      default -> throw type.expected("ByteLevel, TemplateProcessing or Sequence");
    }
  }
}
