package io.hunyuan4j.cli;

import io.hunyuan4j.engine.ChatSession;
import io.hunyuan4j.engine.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The conversation of a chat: the session that it is in now, what the command line says of it, and
 * the file that it is kept in. For one thread at a time.
 */
final class Conversation implements AutoCloseable {
  private final Engine engine;
  private final ChatSettings settings;
  private final Optional<Path> file;
  private ChatSession chat;
  private boolean kept;

  private Conversation(
      Engine engine, ChatSettings settings, Optional<Path> file, ChatSession chat) {
    this.engine = engine;
    this.settings = settings;
    this.file = file;
    this.chat = chat;
  }

  /**
   * The conversation of a file, or a new one where there is none.
   *
   * @throws IllegalArgumentException if what the file says and the settings contradict each other
   */
  static Conversation begin(Engine engine, ChatSettings settings, Optional<Path> file)
      throws IOException {
    ChatSession chat =
        file.isPresent() && Files.exists(file.get())
            ? engine.restoreChat(file.get())
            : engine.newChat();
    return new Conversation(engine, settings, file, prepared(chat, engine, settings));
  }

  /** A conversation as it is, which is kept nowhere. */
  static Conversation of(Engine engine, ChatSession chat) {
    return new Conversation(engine, ChatSettings.NONE, Optional.empty(), chat);
  }

  /** A session with the settings; closed if it cannot have them. */
  private static ChatSession prepared(ChatSession chat, Engine engine, ChatSettings settings) {
    boolean prepared = false;
    try {
      settings.system().ifPresent(chat::system);
      chat.change(request -> settings.applied(request, engine.maxPositions()));
      prepared = true;
      return chat;
    } finally {
      if (!prepared) {
        chat.close();
      }
    }
  }

  /** The session that it is in. */
  ChatSession chat() {
    return chat;
  }

  /** How many tokens it may have. */
  int positions() {
    return engine.maxPositions();
  }

  /** Goes on with the conversation of another file; where that fails, with the one at hand. */
  void load(Path from) throws IOException {
    ChatSession loaded = prepared(engine.restoreChat(from), engine, settings);
    chat.close();
    chat = loaded;
  }

  /**
   * Writes it to another file, which is new or has a saved conversation: names are soon mistyped.
   *
   * @throws IllegalArgumentException if it has something else
   */
  void save(Path to) throws IOException {
    if (Files.isRegularFile(to) && Files.size(to) > 0 && !ChatSession.isSaved(to)) {
      throw new IllegalArgumentException(
          to + " is there and is no saved conversation; it is not replaced");
    }
    chat.save(to);
  }

  /** Writes it to its file, if it has one. Doing so again does nothing: it has ended. */
  void keep() throws IOException {
    if (!kept && file.isPresent()) {
      chat.save(file.get());
    }
    kept = true;
  }

  @Override
  public void close() {
    chat.close();
  }
}
