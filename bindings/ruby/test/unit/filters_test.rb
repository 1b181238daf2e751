# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

class FiltersTest < Minitest::Test
  Filters = StaticTracing::Rails::Filters

  SQL = {
    "SELECT * FROM a1 WHERE b2 = 3 AND c = -4.5e10" => "SELECT * FROM a1 WHERE b2 = ? AND c = -?",
    "SELECT 1" => "SELECT ?",
    "WHERE name = 'it''s' AND x = 'y'" => "WHERE name = ? AND x = ?",
    "WHERE \"users\".\"name\" = 'x' LIMIT 1" => "WHERE \"users\".\"name\" = ? LIMIT ?",
    "WHERE `users`.`name` = \"secret\" AND b = 'x'" => "WHERE `users`.`name` = ? AND b = ?",
    "WHERE a = 'x\\' OR 1 = 2' AND b = 'secret'" => "WHERE a = ?",
    "WHERE a = $1 AND b = ?" => "WHERE a = $1 AND b = ?",
    "WHERE a = $$secret 'x' $$ AND b = $tag$more 1$tag$" => "WHERE a = ? AND b = ?",
    "WHERE a = 'cut of" => "WHERE a = ?",
    "WHERE a = X'C0FFEE' AND b IN (1, 2,3)" => "WHERE a = X? AND b IN (?, ?,?)",
    "" => ""
  }.freeze

  def test_sql
    SQL.each { |sql, masked| assert_equal masked, Filters.sql(sql) }
  end

  def test_path
    { "/a/b" => "/a/b", "/a?token=secret" => "/a", "/?x" => "/", "" => "" }.each do |path, cut|
      assert_equal cut, Filters.path(path)
    end
  end

  def test_key
    assert_equal "views/orders/?-?", Filters.key("views/orders/12-20260101")
    assert_equal "user:?", Filters.key("user:anna@example.org")
  end

  def test_cut
    assert_equal 1024, Filters.cut("x" * 5000).bytesize
    assert_equal "é" * 511, Filters.cut("x#{"é" * 600}")[1..]
    assert_equal "a?b", Filters.cut("a\xFFb")
    assert_equal "", Filters.cut(nil)
    assert_equal "12", Filters.cut(12)
  end
end
