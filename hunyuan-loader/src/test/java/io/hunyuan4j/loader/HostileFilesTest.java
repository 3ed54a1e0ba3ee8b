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
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of broken checkpoint ends in one sentence that says where and what. The broken headers
 * have a page of their own.
 */
final class HostileFilesTest {
  static final String MODEL = "model.safetensors";
  static final String A = "tensor \"a\"";

  @TempDir Path temporary;

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "brokenFiles",
    "io.hunyuan4j.loader.HostileHeaders#headers",
    "io.hunyuan4j.loader.HostileHeaders#tensors",
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
  interface Builder {
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

  static Arguments header(String name, String header, int dataBytes, String... fragments) {
    return file(name, safetensors(header, dataBytes), fragments);
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
}
