package io.hunyuan4j.loader;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedSet;

/**
 * What {@code model.safetensors.index.json} says: which shard holds which tensor.
 *
 * <p>{@code {"metadata": {"total_size": …}, "weight_map": {"<tensor>": "<shard>", …}}}. Only {@code
 * weight_map} decides anything; other keys are passed over, as Hugging Face's loaders do.
 *
 * @param file the index
 * @param listings by tensor name, in the order of the file
 * @param totalSize bytes of all tensors as the index claims, where it does so with an integer
 */
record ShardIndex(Path file, Map<String, Listing> listings, OptionalLong totalSize) {
  static final String FILE_NAME = "model.safetensors.index.json";

  /** As for a header, which lists the same names. */
  private static final int MAX_BYTES = (int) SafetensorsHeader.MAX_HEADER_BYTES;

  /**
   * One line of {@code weight_map}.
   *
   * @param shard the shard's file name, a plain one
   * @param byteOffset where the index says so
   */
  record Listing(String shard, long byteOffset) {}

  ShardIndex {
    listings = Collections.unmodifiableMap(listings);
  }

  /** Reads {@code target}, which messages call {@code file}. */
  static ShardIndex read(Path file, Path target) throws IOException {
    return new Parser(file, SmallFile.read(file, target, MAX_BYTES)).parse();
  }

  /** The shards' names, each once, in the order of the file. */
  SequencedSet<String> shards() {
    SequencedSet<String> shards = new LinkedHashSet<>();
    listings.values().forEach(listing -> shards.add(listing.shard()));
    return shards;
  }

  /** One pass over an index's text. */
  private static final class Parser {
    private final Path file;
    private final JsonReader json;
    private final Map<String, Listing> listings = new LinkedHashMap<>();
    private OptionalLong totalSize = OptionalLong.empty();

    Parser(Path file, byte[] text) {
      this.file = file;
      this.json = new JsonReader(file, text, 0);
    }

    ShardIndex parse() {
      boolean weightMapSeen = false;
      json.next(JsonToken.START_OBJECT, "a JSON object");
      while (json.next() == JsonToken.FIELD_NAME) {
        switch (json.text()) {
          case "weight_map" -> {
            if (weightMapSeen) {
              throw json.error("expected one weight_map, found a second");
            }
            weightMapSeen = true;
            parseWeightMap();
          }
          case "metadata" -> parseMetadata();
          default -> skipValue();
        }
      }
      json.end();
      if (listings.isEmpty()) {
        throw CheckpointFormatException.of(
            file,
            "expected a weight_map with tensors, found "
                + (weightMapSeen ? "an empty one" : "none"));
      }
      return new ShardIndex(file, listings, totalSize);
    }

    private void parseWeightMap() {
      json.next(JsonToken.START_OBJECT, "weight_map to be an object");
      while (json.next() == JsonToken.FIELD_NAME) {
        String tensor = json.text();
        json.setTensor(tensor);
        long byteOffset = json.byteOffset();
        Listing before = listings.get(tensor);
        if (before != null) {
          throw json.error(
              "expected each name once, found it again after byte " + before.byteOffset());
        }
        String shard = json.nextString("the shard's file name");
        if (!ModelFolder.isPlainName(shard)) {
          throw json.unexpected("the plain name of a file in this folder");
        }
        listings.put(tensor, new Listing(shard, byteOffset));
        json.setTensor(null);
      }
    }

    private void parseMetadata() {
      if (json.next() != JsonToken.START_OBJECT) {
        json.skip();
        return;
      }
      while (json.next() == JsonToken.FIELD_NAME) {
        boolean isTotalSize = json.text().equals("total_size");
        JsonToken value = json.next();
        if (isTotalSize && value == JsonToken.VALUE_NUMBER_INT) {
          totalSize = toLong(json.text());
        }
        json.skip();
      }
    }

    /** A claim nothing rests on, so that a nonsensical one is no error. */
    private static OptionalLong toLong(String digits) {
      try {
        return OptionalLong.of(Long.parseLong(digits));
      } catch (NumberFormatException e) {
        return OptionalLong.empty();
      }
    }

    private void skipValue() {
      json.next();
      json.skip();
    }
  }
}
