# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Differential
  # The classes of every program, with methods made at random: M, which A includes, prepends or extends, or
  # nobody; A; B below A; $a and $b of them. {#change} changes them in the middle of the program.
  class World
    METHODS = %i[m0 m1 m2 m3].freeze

    # `{name}` is one of {METHODS}, `{new}` another one, `{owner}` a module, `{def}` a definition of {name}.
    CHANGES = [
      *["{in}{def}{end}"] * 4,
      "{in}{visibility} {def}{end}",
      "{in}{visibility} :{name}{end}",
      "{in}{visibility} :{name}{end}",
      "{in}{visibility} :{name}{end}; {in}public :{name}{end}",
      "{in}{visibility}; {def}{end}",
      "{in}undef_method :{name}{end}",
      "{in}begin; remove_method :{name} unless frozen?; rescue NameError => e; note e.class; end{end}",
      "{in}begin; remove_method :{name} unless frozen?; rescue NameError => e; note e.class; end; {def}{end}",
      "{in}undef {name}{end}",
      "{in}alias_method :{new}, :{name}{end}",
      "{in}alias {new} {name}{end}",
      "{in}alias_method :old_{name}, :{name}; def {name}(*x, **o, &b) = [:around, old_{name}(*x, **o, &b)]{end}",
      "{in}alias_method :{name}, :{name}{end}",
      "{in}define_method(:{new}, instance_method(:{name})){end}",
      "{in}define_method(:{name}) {closure}{end}",
      "{in}define_method(:{name}, &PROC){end}",
      "{in}define_method(:{name}, &LAMBDA){end}",
      "class A; define_method(:{name}, $a.method(:{new})); end",
      "{in}attr_reader :{name}{end}",
      "{in}attr_accessor :{name}; {visibility} :{name}={end}",
      "{in}ruby2_keywords def {name}(*x) = deeper { {new}(*x) }{end}",
      "{in}def {name}(*x) = deeper { {new}(*x) }; ruby2_keywords :{name}{end}",
      "{in}private; attr_reader :{name}; def {new}{call0} = 1{end}",
      "module N; {def}; end; {owner}.include(N)",
      "module N; {def}; end; {owner}.prepend(N)",
      "module N; {def}; end; {owner}.extend(N)",
      "module N; {def}; end; $a.extend(N)",
      "module N; {def}; {def}; end; $b.singleton_class.prepend(N)",
      "module M; {def}; end; A.include(M)",
      "module M; {def}; end; B.prepend(M)",
      "class C < A; {def}; end; C.new.{name}{call}",
      "class C < B; {def}; {visibility} :{name}; end; C.new.{name}{call}",
      "class C < A; {visibility} :{name}; end; C.new.{name}{call}",
      "class C < A; undef_method :{name}; end; C.new.{name}{call}",
      "C = Class.new(A) { {def} }; C.new.{name}{call}",
      "class C < A; def self.{name}(...) = super; end; C.{name}{call}",
      "def $a.{name}(*x, **o, &b) = [:own, super]",
      "def $a.{name}(...) = [:own, super(...)]",
      "def $b.frob = 1",
      "$a.define_singleton_method(:{name}) {closure}",
      "class << $a; {visibility} :{name}; end",
      "class << $a; undef_method :{name}; end",
      "class << $a; begin; remove_method :{name} unless frozen?; rescue NameError => e; note e.class; end; end",
      "class << $a; alias_method :{new}, :{name}; end",
      "class << A; {def}; end",
      "class << A; {visibility} :{name}; end",
      "class << A; alias_method :{new}, :{name}; end",
      "class << A; begin; remove_method :{name} unless frozen?; rescue NameError => e; note e.class; end; end",
      "class << A; undef_method :{name}; end",
      "A.private_class_method :{name}",
      "A.public_class_method :{name}",
      "def B.{name}{call0} = [:B, defined?(super)]",
      "A.freeze",
      "$a.freeze",
      "M.freeze",
      "Copy = A.dup; Copy.new.{name}{call}",
      "Copy = A.clone; Copy.new.{name}{call}; class Copy; {def}; end; Copy.new.{name}{call}",
      "module M; module_function :{name}; end; M.{name}{call}",
      "module M; module_function; {def}; end; M.{name}{call}",
      "$b = $a.clone",
      "$b = $a.dup",
      "module R; refine({owner}) { def {name}(*x, **o, &b) = [:refined, super] }; end",
      "module R; refine(A) { {def} }; end; module U; using R; note A.new.{name}{call}; end",
      "A.class_eval \"def {name}{call0} = [:from_text, __method__]\"",
      "A.send(:define_method, :method_missing) { |name, *x, **o, &b| [:missing, name, x, o] }",
      "class A; def respond_to_missing?(name, all) = name == :frob; end",
      "class A; def self.method_added(name) = self == A && note(\"added\", name); def extra = 1; {def}; end",
      "class A; def self.singleton_method_added(name) = self == A && note(\"singleton\", name); " \
      "def self.extra = 1; end",
      "class A; def self.method_removed(name) = note(\"removed\", name); end; " \
      "{in}begin; remove_method :{name} unless frozen?; rescue NameError => e; note e.class; end{end}",
      "class A; def self.method_undefined(name) = note(\"undefined\", name); end; {in}undef_method :{name}{end}",
      "class A; def self.inherited(sub) = note(\"inherited\") && super; end; class C < A; {def}; end",
      "Thread.new { {in}{def}{end} }.join"
    ].freeze

    # `{object}` is one, `{use}` a name with arguments and a block perhaps.
    ACTIONS = [
      *["{object}.{use}"] * 12,
      "note {object}.send(:{name}, {arguments})",
      "{object}.__send__(:{name}, {arguments})",
      "{object}.public_send(:{name}, {arguments})",
      "{object}.method(:{name}).call{call}",
      "{object}.method(:{name}).then { |m| m.unbind.bind(m.receiver) }.call{call}",
      "[1, [2, 3]].map(&{object}.method(:{name}))",
      "{k: 1}.each(&{object}.method(:{name}))",
      "{k: 1}.map(&{object}.method(:{name}))",
      "[[1, 2], [3, 4]].each_with_index(&{object}.method(:{name}))",
      "[1, 2].inject(&{object}.method(:{name}))",
      "{object}.method(:{name}).to_proc.({arguments})",
      "({object}.method(:{name}) >> LAMBDA).call{call}",
      "A.instance_method(:{name}).bind_call($b, {arguments})",
      "$kept = {object}.method(:{name}); flip; $kept.call{call}",
      "$kept = {object}.method(:{name}).to_proc; flip; $kept.call{call}",
      "{object}.singleton_method(:{name}).call{call}",
      "A.public_instance_method(:{name}).name",
      "[{object}].map(&:{name})",
      "[[{object}, 1]].map { |x, y| x.{name}(y) }",
      "{object}&.{use}",
      "{object}.instance_eval { {use} }",
      "{object}.instance_exec(1) { |x| {name}(x) }",
      "{object}.then { |x| x.{use} }",
      "Thread.new { {object}.{use} }.value",
      "Thread.new { catch(:out) { {object}.{use} } }.value",
      "Fiber.new { {object}.{use} }.resume",
      "f = Fiber.new { {object}.{name}({arguments}) { |*x| Fiber.yield x } }; 3.times { note f.resume if f.alive? }",
      "f = Fiber.new { {object}.{name}({arguments}) { |*x| Fiber.yield x } }; f.resume; flip; f.resume",
      "e = {object}.to_enum(:{name}, {arguments}); note e.next, (e.next rescue $!.class); e.rewind; e.next",
      "e = {object}.enum_for(:{name}, {arguments}); e.each_with_index.to_a.first(3)",
      "e = Enumerator.new { |y| y << {object}.{use}; y.yield 1, 2 }; flip; [e.next, e.next, e.size]",
      "catch(:out) { {object}.{use} }",
      "catch { |tag| {object}.{name}({arguments}) { throw tag, :thrown } }",
      "begin; {object}.{use}; rescue => e; note e.class, e.message; end",
      "begin; {object}.{use}; rescue => e; note e.full_message(highlight: false).size > 0; end",
      "begin; {object}.{use}; ensure; note \"after\", $!.class; end",
      "begin; raise \"outer\"; rescue; {object}.{use}; end",
      "begin; raise \"outer\"; rescue; note $!.message, ({object}.{use} rescue $!.message), $!.message; end",
      "n = 0; begin; n += 1; {object}.{use}; rescue; retry if n < 3; n; end",
      "def returning; {object}.{name}({arguments}) { return :early }; :late; end; returning",
      "x = [1, 2, 3].each { |y| {object}.{name}(y) { break y } }",
      "r = loop { {object}.{name}({arguments}) { break :broken }; break :none }",
      "pr = proc { {object}.{name}({arguments}) { next 1 } }; pr.call",
      "\"a1\" =~ /(\\d)/; {object}.{name}({arguments}) { \"zz\" =~ /z/ }; [$~ && $~[0], $1]",
      "{object}.{name}({arguments}) { |*x, **o| flip; note x, o; :flipped }",
      "t = Thread.new { Thread.stop; {object}.{use} }; Thread.pass until t.stop?; flip; t.run; t.value",
      "q = Queue.new; t = Thread.new { {object}.{name}({arguments}) { q << 1; sleep 2 } }; " \
      "Thread.pass until q.size > 0 || !t.alive?; t.kill; t.join.status",
      "q = Queue.new; t = Thread.new { {object}.{name}({arguments}) { q << 1; sleep 2 } }; " \
      "Thread.pass until q.size > 0 || !t.alive?; t.raise(IOError, \"from outside\"); t.value",
      "defined?({object}.{name}).inspect",
      "[{object}.respond_to?(:{name}), {object}.respond_to?(:{name}, true)]",
      "listed({object}.methods - Object.instance_methods)",
      "listed({object}.private_methods - Object.private_instance_methods)",
      "listed({object}.public_methods(false) - Object.instance_methods)",
      "listed({object}.singleton_methods)",
      "listed({object}.singleton_methods(false))",
      "listed({owner}.instance_methods(false))",
      "listed({owner}.private_instance_methods(false))",
      "{owner}.method_defined?(:{name})",
      "[{owner}.public_method_defined?(:{name}), {owner}.private_method_defined?(:{name}), " \
      "{owner}.protected_method_defined?(:{name})]",
      "listed({owner}.instance_methods - Object.instance_methods)",
      "{object}.is_a?(M) && A.include?(M)",
      "[A <= M, B < A, A.superclass, B.superclass]",
      "{object}.method(:{name}).receiver.equal?({object})",
      "A.instance_method(:{name}).name",
      "A.name + B.to_s",
      "class A; {name}; end",
      "class Other; def peek(x) = x.{use}; end; Other.new.peek({object})",
      "class A; def peek(x) = x.{use}; end; A.new.peek({object})",
      "class B; def peek(x) = x.{use}; end; $b.peek({object})",
      "Marshal.load(Marshal.dump({object})).{use}",
      "{object}.dup.{use}",
      "{object}.clone.{use}",
      "{object}.instance_variables",
      "module U; using R; note A.new.{use}; note $b.{use}; end",
      "module U; using R; note [A.new].map(&:{name}), A.new.send(:{name}, {arguments}); end",
      "survey"
    ].freeze

    def initialize(dice)
      @dice = dice
      @signatures = {}
    end

    # @return [Array<String>]
    def definitions
      @has_module = @dice.chance(0.6)
      how = @dice.pick(%w[include include prepend extend])
      mixed = @has_module ? ["module M; end", "class A; #{how} M; end"] : []
      [*mixed, "class A; end", "class B < A; end", *methods, "$a = A.new", "$b = B.new"]
    end

    # @return [String] arguments of trace: `A, :m0`
    def traceable
      name = @dice.pick(METHODS)
      @dice.pick(["A, :#{name}", "A, :#{name}", "A, :#{name}", "B, :#{name}", "B, :#{name}", "M, :#{name}",
                  "A, :#{name}, singleton: true", "A, :#{name}, singleton: true", "B, :#{name}, singleton: true",
                  "$a, :#{name}, singleton: true"])
    end

    # @return [String]
    def change
      fill(@dice.pick(CHANGES))
    end

    # @return [String]
    def action
      fill(@dice.pick(ACTIONS))
    end

    private

    def methods
      owners = ["class A", "class A", "class B", "class << A", *("module M" if @has_module)]
      wanted = METHODS.first(3).map { |name| ["class A", name] }
      wanted += Array.new(@dice.between(1, 5)) { [@dice.pick(owners), @dice.pick(METHODS)] }
      wanted.uniq.map do |owner, name|
        hidden = @dice.chance(0.15) ? "#{@dice.visibility} " : ""
        "#{owner}; #{hidden}#{definition(name, owner)}; end"
      end
    end

    def definition(name, label)
      signature = @signatures[name] = Signature.new(@dice)
      lines = Body.new(@dice, name, signature, METHODS - [name]).lines("#{label[/\S+\z/]}##{name}")
      "def #{name}#{signature}\n    #{lines.join("\n    ")}\n  end"
    end

    # A block for define_method.
    def closure(name)
      signature = Signature.new(@dice, :plain)
      lines = Body.new(@dice, name, signature, METHODS - [name]).lines("closure #{name}", is_closure: true)
      parameters = signature.to_s.delete_prefix("(").delete_suffix(")")
      "{#{" |#{parameters}|" unless parameters.empty?} #{lines.join("; ")} }"
    end

    def fill(text)
      name = @dice.pick(METHODS)
      owner = @dice.pick(%w[A A B M])
      words = { "{name}" => name.name, "{owner}" => owner, "{new}" => @dice.pick(METHODS - [name] + [:m9]).name,
                "{in}" => "#{owner == "M" ? "module" : "class"} #{owner}; ", "{end}" => "; end",
                "{call0}" => @dice.pick(["", "(x)", "(*x)", "(x = 1, **o)", "(x, k: 1)"]) }
      text.gsub(/\{(\w+)\}/) do |word|
        words.fetch(word) { word_of(word, name) }
      end
    end

    def word_of(word, name)
      case word
      when "{def}" then definition(name, "changed")
      when "{closure}" then closure(name)
      when "{object}" then @dice.pick(%w[$a $a $a $b $b A])
      when "{use}" then use
      else word
      end
    end

    def use
      name = @dice.pick(METHODS)
      known = @signatures[name]
      "#{name}#{known ? @dice.call(known.arguments) : @dice.call}"
    end
  end
end
