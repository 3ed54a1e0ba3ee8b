package io.hunyuan4j.loader;

import static io.hunyuan4j.loader.TinyCheckpoint.HEADER;
import static io.hunyuan4j.loader.TinyCheckpoint.INDEX;
import static io.hunyuan4j.loader.TinyCheckpoint.SHARD_1;
import static io.hunyuan4j.loader.TinyCheckpoint.SHARD_2;
import static io.hunyuan4j.loader.TinyCheckpoint.entry;
import static io.hunyuan4j.loader.TinyCheckpoint.index;
import static io.hunyuan4j.loader.TinyCheckpoint.safetensors;
import static io.hunyuan4j.loader.TinyCheckpoint.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of broken checkpoint ends in one sentence that says where and what. */
final class HostileFilesTest {
  private static final String MODEL = "model.safetensors";
  private static final String A = "tensor \"a\"";

  @TempDir Path temporary;

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "brokenFiles",
    "brokenHeaders",
    "brokenTensors",
    "brokenIndexes",
    "brokenShards",
    "brokenConfigs"
  })
  void failsWithPlaceAndValues(Builder builder, List<String> fragments) throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("checkpoint"));
    builder.build(folder);
    CheckpointFormatException e =
        assertThrows(CheckpointFormatException.class, () -> Checkpoint.open(folder).close());
    String message = String.valueOf(e.getMessage());
    for (String fragment : fragments) {
      assertTrue(
          message.contains(fragment), () -> "expected <" + fragment + "> in <" + message + ">");
    }
    assertTrue(message.length() < 1000, message);
    assertTrue(message.chars().noneMatch(Character::isISOControl), message);
    assertEquals(
        e.byteOffset().isPresent(), message.endsWith(")") && message.contains("(byte "), message);
  }

  static Stream<Arguments> brokenFiles() {
    return Stream.of(
        file("empty", new byte[0], "model.safetensors: ", "8 bytes", "0 bytes", "(byte 0)"),
        file("cut in the length", new byte[7], MODEL, "8 bytes", "7 bytes", "(byte 0)"),
        file(
            "header longer than the file",
            length(25, 24),
            MODEL,
            "at most 24",
            "found length 25",
            "(byte 0)"),
        file(
            "header of 2^63 bytes",
            length(Long.MIN_VALUE, 24),
            "at most 24",
            "9223372036854775808"),
        file("header of 2^64 - 1 bytes", length(-1, 24), "at most 24", "18446744073709551615"),
        folder(
            "header past 100 MB in a file that has them",
            f -> {
              Files.write(f.resolve(MODEL), length(100_000_001, 0));
              try (RandomAccessFile sparse =
                  new RandomAccessFile(f.resolve(MODEL).toFile(), "rw")) {
                sparse.setLength(200_000_000);
              }
            },
            MODEL,
            "at most 100000000",
            "found length 100000001"),
        file("no header", length(0, 0), MODEL, "no header", "(byte 8)"),
        header("starts with a space", " {}", 0, "'{'", "0x20", "(byte 8)"),
        header("array instead of object", "[]", 0, "'{'", "0x5b"),
        file("UTF-16", safetensors("{}".getBytes(StandardCharsets.UTF_16LE), 0), MODEL, "fault"),
        file(
            "not UTF-8",
            safetensors(new byte[] {'{', '"', (byte) 0xff, '"', '}'}, 0),
            "UTF-8",
            "0xff",
            "(byte 10)"),
        file(
            "overlong UTF-8",
            safetensors(new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', '}'}, 0),
            "UTF-8",
            "0xc0",
            "(byte 10)"),
        file(
            "UTF-8 cut at the end",
            safetensors(new byte[] {'{', '"', (byte) 0xe2, (byte) 0x82}, 0),
            "UTF-8",
            "0xe2"),
        folder(
            "folder instead of a file",
            f -> Files.createDirectory(f.resolve(MODEL)),
            MODEL,
            "regular file"),
        folder(
            "no weights",
            f -> {},
            "expected model.safetensors or model.safetensors.index.json",
            "neither"),
        folder(
            "shards without an index",
            f -> Files.write(f.resolve(SHARD_1), safetensors(HEADER, 32)),
            "neither"));
  }

  static Stream<Arguments> brokenHeaders() {
    return Stream.of(
        header("not JSON", "{hello}", 0, MODEL, "fault", "(byte 9)"),
        header("cut JSON", "{\"a\":{", 0, MODEL, A, "fault", "end-of-input"),
        header("cut before the first name", "{", 0, MODEL, "fault", "end-of-input"),
        header("a second object", "{}{}", 0, MODEL, "nothing after", "an object", "(byte 10)"),
        header("NUL padding", "{}\u0000", 0, MODEL, "fault"),
        header(
            "nested 100 000 deep",
            "{\"a\":" + "[".repeat(100_000),
            0,
            MODEL,
            A,
            "object",
            "an array"),
        header(
            "nested in metadata",
            "{\"__metadata__\":" + "{\"a\":".repeat(100_000),
            0,
            MODEL,
            "a string",
            "an object"),
        header(
            "name twice",
            "{" + entry("a", "U8", "1", 0, 1) + "," + entry("a", "U8", "1", 1, 2) + "}",
            2,
            A,
            "once",
            "after byte 9",
            "(byte 61)"),
        header(
            "key twice",
            "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}",
            0,
            A,
            "\"dtype\" again",
            "(byte 27)"),
        header(
            "missing key",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}",
            0,
            A,
            "data_offsets",
            "[dtype, shape]"),
        header("no keys", "{\"a\":{}}", 0, A, "found only []"),
        header(
            "surplus key",
            "{\"a\":{\"dtype\":\"U8\",\"stride\":[1]}}",
            0,
            A,
            "dtype, shape or data_offsets",
            "\"stride\""),
        header("entry is null", "{\"a\":null}", 0, A, "an object", "null"),
        header("metadata is a string", "{\"__metadata__\":\"x\"}", 0, MODEL, "object", "\"x\""),
        header("metadata holds a number", "{\"__metadata__\":{\"x\":1}}", 0, "a string", "found 1"),
        header(
            "metadata twice",
            "{\"__metadata__\":{},\"__metadata__\":{}}",
            0,
            "one __metadata__",
            "second"),
        header(
            "metadata key twice",
            "{\"__metadata__\":{\"x\":\"\",\"x\":\"\"}}",
            0,
            "one \"x\"",
            "second"),
        header(
            "lone surrogate", "{" + entry("\\ud800", "U8", "1", 0, 1) + "}", 1, MODEL, "surrogate"),
        header(
            "lone surrogate in metadata",
            "{\"__metadata__\":{\"x\":\"\\ud800\"}}",
            0,
            "lone surrogate",
            "\"\\ud800\""),
        header(
            "NUL in the name of a bad tensor",
            "{\"a\\u0000\\u001b[2J\":[]}",
            0,
            "tensor \"a\\u0000\\u001b[2J\""),
        header(
            "very long name of a bad tensor", "{\"" + "n".repeat(40_000) + "\":[]}", 0, "nnn…\""),
        header(
            "unknown dtype",
            "{" + entry("a", "Q4", "1", 0, 1) + "}",
            1,
            A,
            "known dtype",
            "\"Q4\""),
        header(
            "lower-case dtype",
            "{" + entry("a", "f32", "1", 0, 4) + "}",
            4,
            A,
            "known dtype",
            "\"f32\""),
        header("dtype is a number", "{\"a\":{\"dtype\":1}}", 0, A, "dtype", "found 1"),
        header(
            "shape is a number", "{\"a\":{\"shape\":1}}", 0, A, "shape to be an array", "found 1"),
        header(
            "offsets are an object",
            "{\"a\":{\"data_offsets\":{}}}",
            0,
            A,
            "data_offsets to be an array",
            "an object"));
  }

  static Stream<Arguments> brokenTensors() {
    return Stream.of(
        tensor("size -1", "U8", "-1", 0, 1, A, "integer from 0", "-1 "),
        tensor("size -0", "U8", "-0", 0, 0, A, "integer from 0", "-0"),
        tensor("size 1.0", "U8", "1.0", 0, 1, A, "integer from 0", "1.0"),
        tensor("size 1e3", "U8", "1e3", 0, 1, A, "integer from 0", "1e3"),
        tensor("size NaN", "U8", "NaN", 0, 1, A, "integer from 0", "NaN"),
        tensor("size 01", "U8", "01", 0, 1, A, "fault"),
        tensor("size in quotes", "U8", "\"1\"", 0, 1, A, "integer from 0", "\"1\""),
        tensor("size null", "U8", "null", 0, 1, A, "integer from 0", "null"),
        tensor(
            "size 2^63",
            "U8",
            "9223372036854775808",
            0,
            1,
            A,
            "9223372036854775807",
            "9223372036854775808"),
        tensor(
            "size of 20 digits",
            "U8",
            "99999999999999999999",
            0,
            1,
            A,
            "integer",
            "99999999999999999999"),
        tensor("size of 5000 digits", "U8", "9".repeat(5000), 0, 1, MODEL, A),
        tensor("65 dimensions", "U8", ones(65), 0, 1, A, "at most 64"),
        tensor(
            "product overflows",
            "U8",
            "4294967296,4294967296",
            0,
            1,
            A,
            "[4294967296, 4294967296]",
            "found 1 "),
        tensor(
            "product overflows to 1",
            "U8",
            "4294967297,4294967295,4294967297,4294967295",
            0,
            1,
            A,
            "countable"),
        tensor("overflow before a zero", "F32", "4611686018427387904,4,0", 0, 0, A, "countable"),
        tensor("bytes overflow", "F64", "1152921504606846976,2", 0, 0, A, "countable"),
        tensor("half a byte", "F4", "3", 0, 2, A, "whole number", "F4 [3]"),
        tensor("too few bytes", "F32", "2", 0, 7, A, "8 bytes for F32 [2]", "found 7", "[0, 7]"),
        tensor("too many bytes", "BF16", "2,2", 0, 9, A, "8 bytes for BF16 [2, 2]", "found 9"),
        tensor("scalar without bytes", "F32", "", 0, 0, A, "4 bytes for F32 []", "found 0"),
        header("offset -1", "{" + entry("a", "U8", "1", -1, 0) + "}", 1, A, "integer from 0", "-1"),
        header(
            "one offset",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0]}}",
            0,
            A,
            "[begin, end]",
            "[0]"),
        header(
            "three offsets",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0,0]}}",
            0,
            A,
            "at most 2"),
        header(
            "end before begin",
            "{" + entry("a", "U8", "1", 1, 0) + "}",
            1,
            A,
            "begin ≤ end ≤ 1",
            "[1, 0]"),
        header(
            "past the file",
            "{" + entry("a", "U8", "2", 0, 2) + "}",
            1,
            A,
            "≤ 1",
            "[0, 2]",
            "(byte 9)"),
        header(
            "far past the file",
            "{" + entry("a", "U8", "1", Long.MAX_VALUE - 1, Long.MAX_VALUE) + "}",
            1,
            A,
            "≤ 1"),
        header(
            "overlap",
            "{" + entry("a", "U8", "4", 0, 4) + "," + entry("b", "U8", "4", 2, 6) + "}",
            6,
            "tensor \"b\"",
            "where \"a\" ends",
            "overlap of 2 bytes"),
        header(
            "same bytes twice",
            "{" + entry("a", "U8", "4", 0, 4) + "," + entry("b", "U8", "4", 0, 4) + "}",
            4,
            "tensor \"b\"",
            "overlap of 4 bytes"),
        header(
            "gap at the start",
            "{" + entry("a", "U8", "1", 3, 4) + "}",
            4,
            A,
            "where the header ends",
            "gap of 3 bytes"),
        header(
            "gap in the middle",
            "{" + entry("a", "U8", "1", 0, 1) + "," + entry("b", "U8", "1", 2, 3) + "}",
            3,
            "tensor \"b\"",
            "where \"a\" ends",
            "gap of 1 bytes"),
        header(
            "trailing bytes",
            "{" + entry("a", "U8", "1", 0, 1) + "}",
            6,
            MODEL,
            "where \"a\" ends",
            "5 more bytes",
            "(byte 62)"),
        header(
            "bytes without tensors",
            "{}",
            3,
            MODEL,
            "where the header ends",
            "3 more bytes",
            "(byte 10)"));
  }

  static Stream<Arguments> brokenIndexes() {
    return Stream.of(
        indexText("empty file", "", INDEX, "found the end"),
        indexText("not JSON", "weights", INDEX, "fault"),
        indexText("array", "[]", INDEX, "JSON object", "an array"),
        indexText(
            "nested 100 000 deep", "{\"metadata\":" + "[".repeat(100_000), INDEX, "fault", "depth"),
        indexText("no weight_map", "{\"metadata\":{}}", INDEX, "weight_map", "none"),
        indexText("empty weight_map", "{\"weight_map\":{}}", INDEX, "weight_map", "an empty one"),
        indexText("weight_map is an array", "{\"weight_map\":[]}", INDEX, "weight_map", "an array"),
        indexText(
            "two weight_maps",
            "{\"weight_map\":{},\"weight_map\":{}}",
            INDEX,
            "one weight_map",
            "second"),
        indexText("shard is a number", index("\"a\": 1"), INDEX, A, "file name", "found 1"),
        indexText("tensor twice", index("\"a\": \"x\", \"a\": \"y\""), INDEX, A, "once"),
        indexText("after its end", index("\"a\": \"x\"") + "x", INDEX, "fault"),
        shardName("leaves the folder", "../model.safetensors"),
        shardName("parent folder", ".."),
        shardName("this folder", "."),
        shardName("absolute", "/etc/passwd"),
        shardName("in a folder", "sub/model.safetensors"),
        shardName("in a folder of Windows", "sub\\\\model.safetensors"),
        shardName("on a drive of Windows", "C:model.safetensors"),
        shardName("empty", ""),
        shardName("with NUL", "model\\u0000.safetensors"),
        shardName("too long for a file system", "é".repeat(128)));
  }

  static Stream<Arguments> brokenShards() {
    return Stream.of(
        sharded(
            "shard absent",
            f -> Files.delete(f.resolve(SHARD_2)),
            INDEX,
            "2 shards",
            "1 of them absent",
            SHARD_2),
        sharded(
            "surplus shard",
            f -> Files.write(f.resolve("model-00003-of-00003.safetensors"), safetensors("{}", 0)),
            "model-00003-of-00003.safetensors: ",
            "2 shards"),
        sharded(
            "tensor absent from its shard",
            f -> Files.write(f.resolve(SHARD_2), safetensors("{}", 0)),
            INDEX,
            "tensor \"c\"",
            SHARD_2,
            "(byte "),
        sharded(
            "tensor that the index does not list",
            f ->
                write(
                    f,
                    INDEX,
                    index("\"a.weight\": \"%s\", \"c\": \"%s\"".formatted(SHARD_1, SHARD_2))),
            SHARD_1 + ": tensor \"b\"",
            "in no shard"),
        sharded(
            "tensor that the index lists elsewhere",
            f ->
                write(
                    f,
                    INDEX,
                    index(
                        "\"a.weight\": \"%s\", \"b\": \"%s\", \"c\": \"%s\""
                            .formatted(SHARD_1, SHARD_2, SHARD_2))),
            SHARD_1 + ": tensor \"b\"",
            "in " + SHARD_2),
        sharded(
            "tensor in two shards",
            f ->
                Files.write(
                    f.resolve(SHARD_2), safetensors("{" + entry("b", "U8", "1", 0, 1) + "}", 1)),
            SHARD_2 + ": tensor \"b\"",
            "in " + SHARD_1),
        sharded(
            "broken shard",
            f -> Files.write(f.resolve(SHARD_2), new byte[3]),
            SHARD_2,
            "8 bytes",
            "3 bytes"),
        sharded(
            "index is a folder",
            f -> replace(f, INDEX, Files::createDirectory),
            INDEX,
            "regular file"),
        sharded(
            "shard leads out",
            f -> replace(f, SHARD_2, p -> link(p, outside(f))),
            SHARD_2,
            "link to",
            "outside"),
        sharded(
            "shard leads nowhere",
            f -> replace(f, SHARD_2, p -> link(p, Path.of("none"))),
            SHARD_2,
            "nowhere: none"),
        sharded(
            "shard leads to itself",
            f -> replace(f, SHARD_2, p -> link(p, Path.of(SHARD_2))),
            SHARD_2,
            "nowhere"));
  }

  static Stream<Arguments> brokenConfigs() {
    return Stream.of(
        config("empty", "", "found the end"),
        config("not JSON", "model", "fault"),
        config("array", "[]", "JSON object", "found []"),
        config("key twice", "{\"hidden_size\": 1, \"hidden_size\": 2}", "fault", "hidden_size"),
        config(
            "nested key twice",
            "{\"rope_scaling\": {\"alpha\": 1, \"alpha\": 2}}",
            "fault",
            "alpha"),
        config("after its end", "{} 1", "nothing after", "found 1"),
        config("comment", "{} // no", "fault"),
        config("nested 100 000 deep", "{\"a\":" + "[".repeat(100_000), "fault", "depth"),
        config("exponent past all limits", "{\"a\": 1e99999999999}", "cannot"),
        folder("absent", f -> Files.delete(f.resolve("config.json")), "config.json: ", "none in"),
        folder(
            "a link out",
            f -> replace(f, "config.json", p -> link(p, outside(f))),
            "config.json: ",
            "link to"),
        folder(
            "past 16 MiB",
            f -> {
              try (RandomAccessFile sparse =
                  new RandomAccessFile(f.resolve("config.json").toFile(), "rw")) {
                sparse.setLength(1L << 33);
              }
            },
            "config.json: ",
            "at most 16777216",
            "8589934592"));
  }

  /** Makes a sound folder with {@code config.json} and nothing else into a broken checkpoint. */
  private interface Builder {
    void build(Path folder) throws IOException;
  }

  private static Arguments folder(String name, Builder builder, String... fragments) {
    Builder whole =
        folder -> {
          write(folder, "config.json", TinyCheckpoint.CONFIG);
          builder.build(folder);
        };
    return Arguments.of(Named.of(name, whole), List.of(fragments));
  }

  private static Arguments file(String name, byte[] bytes, String... fragments) {
    return folder(name, folder -> Files.write(folder.resolve(MODEL), bytes), fragments);
  }

  private static Arguments header(String name, String header, int dataBytes, String... fragments) {
    return file(name, safetensors(header, dataBytes), fragments);
  }

  private static Arguments tensor(
      String name, String dtype, String shape, long begin, long end, String... fragments) {
    return header(name, "{" + entry("a", dtype, shape, begin, end) + "}", (int) end, fragments);
  }

  private static Arguments sharded(String name, Builder builder, String... fragments) {
    Builder whole =
        folder -> {
          TinyCheckpoint.sharded(folder);
          builder.build(folder);
        };
    return Arguments.of(Named.of(name, whole), List.of(fragments));
  }

  private static Arguments indexText(String name, String text, String... fragments) {
    return sharded("index: " + name, folder -> write(folder, INDEX, text), fragments);
  }

  private static Arguments shardName(String name, String shard) {
    return indexText(
        "shard name " + name, index("\"a\": \"" + shard + "\""), INDEX, A, "plain name", "(byte ");
  }

  private static Arguments config(String name, String text, String... fragments) {
    String[] all =
        Stream.concat(Stream.of("config.json: "), Stream.of(fragments)).toArray(String[]::new);
    return folder("config: " + name, folder -> write(folder, "config.json", text), all);
  }

  private static void replace(Path folder, String name, Builder builder) throws IOException {
    Files.delete(folder.resolve(name));
    builder.build(folder.resolve(name));
  }

  private static void link(Path link, Path target) throws IOException {
    Files.createSymbolicLink(link, target);
  }

  /** A sound shard beside the folder. */
  private static Path outside(Path folder) throws IOException {
    Path outside = folder.resolveSibling("outside.safetensors");
    return Files.write(outside, safetensors("{" + entry("c", "F16", "2,2", 0, 8) + "}", 8));
  }

  private static byte[] length(long headerBytes, int fileBytesAfter) {
    byte[] file = safetensors("", fileBytesAfter);
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(headerBytes);
    return file;
  }

  private static String ones(int count) {
    return IntStream.range(0, count).mapToObj(i -> "1").collect(Collectors.joining(","));
  }
}
