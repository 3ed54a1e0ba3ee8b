package io.hunyuan4j.loader;

import static io.hunyuan4j.loader.HostileFilesTest.A;
import static io.hunyuan4j.loader.HostileFilesTest.MODEL;
import static io.hunyuan4j.loader.HostileFilesTest.header;
import static io.hunyuan4j.loader.TinyCheckpoint.entry;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * The broken safetensors headers of {@link HostileFilesTest}: name, header, bytes of data, and what
 * the message must say.
 */
final class HostileHeaders {
  private HostileHeaders() {}

  static Stream<Arguments> headers() {
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

  static Stream<Arguments> tensors() {
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

  private static Arguments tensor(
      String name, String dtype, String shape, long begin, long end, String... fragments) {
    return header(name, "{" + entry("a", dtype, shape, begin, end) + "}", (int) end, fragments);
  }

  private static String ones(int count) {
    return IntStream.range(0, count).mapToObj(i -> "1").collect(Collectors.joining(","));
  }
}
