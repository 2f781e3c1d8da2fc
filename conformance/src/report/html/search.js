(function () {
  var search = document.getElementById("search"), found = document.getElementById("found");
  var cases = Array.prototype.slice.call(document.querySelectorAll(".case"));
  var texts = cases.map(function (one) { return one.querySelector("summary").textContent.toLowerCase(); });
  function find() {
    var words = search.value.toLowerCase().split(/\s+/), count = 0;
    cases.forEach(function (one, at) {
      var fits = words.every(function (word) { return texts[at].indexOf(word) >= 0; });
      one.classList.toggle("hidden", !fits);
      count += fits ? 1 : 0;
    });
    found.textContent = search.value ? count + " of " + cases.length : "";
  }
  search.addEventListener("input", find);
  // A link leads to a case that the search may have hidden.
  window.addEventListener("hashchange", function () {
    search.value = "";
    find();
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) { target.scrollIntoView(); }
  });
}());
