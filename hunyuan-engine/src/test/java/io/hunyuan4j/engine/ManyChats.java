package io.hunyuan4j.engine;

import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Sixty-four conversations at once, for a JVM whose heap is bounded: all are told the same at
 * length, ask at the same time, and ask again for an answer of a format.
 */
final class ManyChats {
  private static final int CHATS = 64;
  private static final String SYSTEM =
      "You know all about kings who had three sons, when wishing still helped. ".repeat(7);

  private ManyChats() {}

  public static void main(String[] args) throws IOException {
    EngineOptions options = EngineOptions.defaults();
    List<List<ChatMessage>> conversations;
    try (Engine engine = Engine.open(Models.tinyTales(), options)) {
      // One by itself until the vector loops are compiled, or sixty-four would run on plain ones.
      engine.generate("Long ago", engine.defaults().greedy().withMaxTokens(400));
      conversations = together(engine);
    }
    try (Engine plain = Engine.open(Models.tinyTales(), options.withPrefixCacheBytes(0))) {
      for (int i = 0; i < CHATS; i += 21) {
        List<ChatMessage> found = conversations.get(i);
        ManySessions.require(found.equals(alone(plain, i)), "chat " + i + " is " + found);
      }
      ManySessions.require(plain.keyValueBytes() == 0, plain.keyValueBytes() + " bytes are left");
    }
  }

  private static List<List<ChatMessage>> together(Engine engine) {
    List<ChatSession> chats = new ArrayList<>();
    List<ChatGeneration> running = new ArrayList<>();
    for (int i = 0; i < CHATS; i++) {
      chats.add(begin(engine, i));
      running.add(chats.get(i).send(first(i), _ -> {}));
    }
    running.forEach(ChatGeneration::result);
    running.clear();
    for (int i = 0; i < CHATS; i++) {
      inFormat(chats.get(i));
      running.add(chats.get(i).send(second(), _ -> {}));
    }
    running.forEach(ChatGeneration::result);
    List<List<ChatMessage>> conversations = chats.stream().map(ChatSession::messages).toList();
    chats.forEach(ChatSession::close);
    return conversations;
  }

  private static List<ChatMessage> alone(Engine engine, int i) {
    try (ChatSession chat = begin(engine, i)) {
      chat.send(first(i), _ -> {}).result();
      inFormat(chat);
      chat.send(second(), _ -> {}).result();
      return chat.messages();
    }
  }

  private static ChatSession begin(Engine engine, int i) {
    ChatRequest request = engine.chatRequest(new ChatMessage.System(SYSTEM));
    return engine.newChat(request.withOptions(options -> options.withMaxTokens(4).withSeed(i)));
  }

  private static void inFormat(ChatSession chat) {
    ResponseFormat format = new ResponseFormat.JsonSchema("{\"enum\": [\"yes\", \"no\", null]}");
    chat.change(request -> request.withOptions(options -> options.withResponseFormat(format)));
  }

  private static List<ChatMessage> first(int i) {
    return List.of(new ChatMessage.User("Tell me about number " + i + "."));
  }

  private static List<ChatMessage> second() {
    return List.of(new ChatMessage.User("Is that true?"));
  }
}
