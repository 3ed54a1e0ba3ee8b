package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands where a file is to be written. */
class WholeFileTest {
  @TempDir Path folder;

  private static void write(Path file, String text) throws IOException {
    WholeFile.write(
        file, channel -> channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII))));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void links_stay_andWhatTheyLeadToIsWritten() throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Path here = Files.createDirectory(folder.resolve("here"));
    Path link = Files.createSymbolicLink(here.resolve("link"), Path.of("../disk/other"));
    Files.createSymbolicLink(disk.resolve("other"), disk.resolve("file"));
    for (String text : List.of("new", "replaced")) { // first there is no file, then there is one
      write(link, text);
      assertTrue(Files.isSymbolicLink(link), text);
      assertTrue(Files.isSymbolicLink(disk.resolve("other")), text);
      assertTrue(Files.isRegularFile(disk.resolve("file")), text);
      assertEquals(text, Files.readString(disk.resolve("file")));
    }
    assertEquals(List.of("link"), names(here));
    assertEquals(List.of("file", "other"), names(disk));
  }

  @Test
  void linksInACircle_areRefused() throws IOException {
    Path one = Files.createSymbolicLink(folder.resolve("one"), Path.of("two"));
    Files.createSymbolicLink(folder.resolve("two"), Path.of("one"));
    FileSystemException refusal = assertThrows(FileSystemException.class, () -> write(one, ""));
    assertEquals(one + ": more than 40 symbolic links follow each other", refusal.getMessage());
    assertEquals(List.of("one", "two"), names(folder));
  }

  @Test
  void whatIsNoFile_staysWhatItIs() throws IOException {
    Path socket = folder.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      FileSystemException refusal =
          assertThrows(FileSystemException.class, () -> write(socket, ""));
      assertEquals(socket + ": a folder or device of that name is there", refusal.getMessage());
      assertEquals(List.of("socket"), names(folder));
    }
  }
}
