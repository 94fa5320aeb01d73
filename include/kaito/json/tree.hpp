#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "kaito/json/document.hpp"

namespace kaito::json {

/// A string literal, which can be pointed to for ever: only what is known when compiling becomes
/// one.
class Literal {
 public:
  template <std::size_t N>
  consteval Literal(const char (&text)[N])  // NOLINT: implicit, and an array as literals are
      : text_(text, N - 1) {
    if (text[N - 1] != '\0') throw "not a string literal";  // so that it does not compile
  }
  [[nodiscard]] constexpr std::string_view view() const { return text_; }

 private:
  std::string_view text_;
};

/// Text that has to be copied to be kept: any but an array, since that is a Literal.
template <class T>
concept Text = std::convertible_to<const T&, std::string_view> && !std::is_array_v<T> &&
               !std::same_as<T, std::nullptr_t>;

/// A number that an int64 holds.
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                  (std::is_signed_v<T> || sizeof(T) < sizeof(std::int64_t));

/// One value of a Tree and, below an object, its key.
class TreeNode {
 public:
  enum class Kind : std::uint8_t { null, boolean, integer, natural, real, string, array, object };

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::string_view key() const { return {key_, key_size_}; }
  // Each REQUIRES its kind; a natural is an integer past 2^63-1. Reals may be whole.
  [[nodiscard]] bool boolean() const { return boolean_; }
  [[nodiscard]] std::int64_t integer() const { return integer_; }
  [[nodiscard]] std::uint64_t natural() const { return natural_; }
  [[nodiscard]] double real() const { return real_; }
  [[nodiscard]] std::string_view text() const { return {text_, text_size_}; }

  /// The members of an object, the items of an array, in the order in which they were added.
  class Iterator {
   public:
    using value_type = TreeNode;
    using difference_type = std::ptrdiff_t;
    explicit Iterator(const TreeNode* at = nullptr) : at_(at) {}
    const TreeNode& operator*() const { return *at_; }
    const TreeNode* operator->() const { return at_; }
    Iterator& operator++() {
      at_ = at_->next_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const = default;

   private:
    const TreeNode* at_;
  };
  [[nodiscard]] Iterator begin() const { return Iterator(is_container() ? first_ : nullptr); }
  [[nodiscard]] static Iterator end() { return Iterator(); }
  [[nodiscard]] bool is_container() const { return kind_ >= Kind::array; }

  /// The member of that key, or nullptr: of an object, and of anything else.
  [[nodiscard]] const TreeNode* find(std::string_view key) const;

  /// The same JSON: members in any order, numbers by their value.
  bool operator==(const TreeNode& other) const;

 private:
  friend class TreeArena;
  TreeNode(std::string_view key, Kind kind)
      : key_(key.data()), key_size_(static_cast<std::uint32_t>(key.size())), kind_(kind) {}

  const char* key_;
  std::uint32_t key_size_;
  Kind kind_;
  union {
    bool boolean_;
    std::int64_t integer_;
    std::uint64_t natural_;
    double real_;
    const char* text_;
    TreeNode* first_ = nullptr;
  };
  union {
    TreeNode* last_ = nullptr;  ///< of a container's children
    std::size_t text_size_;
  };
  TreeNode* next_ = nullptr;
};

class TreeArena;
class Items;

/// An object of a Tree, to be filled; to copy it is to point to it again. It is good as long as the
/// Tree (a move of which it survives), until its key is removed or given something else.
class Members {
 public:
  Members(TreeArena& arena, TreeNode& object) : arena_(&arena), object_(&object) {}

  /// Appends a member. REQUIRES: the key is not there yet (a build with assertions looks).
  void add(Literal key, Literal text) { add_literal(key.view(), text.view()); }
  template <Text T>
  void add(Literal key, const T& text) {
    add_copy(key.view(), text);
  }
  template <std::same_as<bool> T>
  void add(Literal key, T boolean) {
    add_boolean(key.view(), boolean);
  }
  template <Integer T>
  void add(Literal key, T integer) {
    add_integer(key.view(), static_cast<std::int64_t>(integer));
  }
  [[nodiscard]] Members add_object(Literal key);
  [[nodiscard]] Items add_list(Literal key);

  /// The same with a key that is no literal, which is copied.
  void add_entry(std::string_view key, std::string_view text);
  void add_entry(std::string_view key, const Value& value);

  // For an object that somebody else began, in which the key may be there:
  /// Gives the key this text, in its place or at the end.
  void set_entry(std::string_view key, std::string_view text);
  /// The object there. What is there but is none gives way to an empty one.
  [[nodiscard]] Members object_at(Literal key);
  [[nodiscard]] Items list_at(Literal key);
  /// An empty object there, instead of what was.
  [[nodiscard]] Members set_object(Literal key);
  void remove(std::string_view key);

 private:
  TreeNode& append(std::string_view key, TreeNode::Kind kind);
  void add_literal(std::string_view key, std::string_view text);
  void add_copy(std::string_view key, std::string_view text);
  void add_boolean(std::string_view key, bool boolean);
  void add_integer(std::string_view key, std::int64_t integer);

  TreeArena* arena_;
  TreeNode* object_;
};

/// An array of a Tree, to be filled; as Members.
class Items {
 public:
  Items(TreeArena& arena, TreeNode& list) : arena_(&arena), list_(&list) {}

  void add(Literal text) { add_literal(text.view()); }
  template <Text T>
  void add(const T& text) {
    add_copy(text);
  }
  [[nodiscard]] Members add_object();

 private:
  TreeNode& append(TreeNode::Kind kind);
  void add_literal(std::string_view text);
  void add_copy(std::string_view text);

  TreeArena* arena_;
  TreeNode* list_;
};

/// A JSON object for whoever makes many, thousands a second, which cost too much as json::Values:
/// it lies in a few blocks of its own, keys are pointed to where they are literals, a new member is
/// appended without a search, and all of it is given back without a walk. Whoever adds a key makes
/// sure that it is new. Moved, not copied; what was moved from can only be assigned to.
class Tree {
 public:
  /// An empty object.
  Tree();
  /// A copy. REQUIRES: an object.
  explicit Tree(const Value& object);
  Tree(Tree&& other) noexcept;
  Tree& operator=(Tree&& other) noexcept;
  ~Tree();

  [[nodiscard]] Members members();
  [[nodiscard]] const TreeNode& root() const;
  /// The string at the end of a chain of keys, or "".
  [[nodiscard]] std::string_view string_at(std::initializer_list<std::string_view> keys) const;
  /// The same JSON as an ordinary value.
  [[nodiscard]] Document document() const;
  bool operator==(const Tree& other) const { return root() == other.root(); }

 private:
  std::unique_ptr<TreeArena> arena_;
};

/// As json::write() and write_yaml() of its document().
[[nodiscard]] std::string write(const Tree& tree);
[[nodiscard]] std::string write_yaml(const Tree& tree);

}  // namespace kaito::json
